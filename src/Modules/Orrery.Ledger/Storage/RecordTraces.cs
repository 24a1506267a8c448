using FluentMigrator;

namespace Orrery.Ledger.Storage;

/// <summary>Traces, their spans and what is said of them. What is searched has a column; a span's row holds the rest of it packed.</summary>
[Migration(1_000_011, "Ledger: traces, spans, assessments")]
public sealed class RecordTraces : ForwardOnlyMigration
{
    private const int Id = 256;
    private const int Name = 256;

    /// <inheritdoc/>
    public override void Up()
    {
        CreateTraces();
        CreateSpans();
        CreateAssessments();
    }

    private void CreateTraces()
    {
        Create.Table("traces")
            .WithColumn("key").AsInt64().NotNullable().PrimaryKey().Identity()
            .WithColumn("workspace").AsString(Name).NotNullable()
            .WithColumn("id").AsString(Id).NotNullable()
            .WithColumn("folder_key").AsInt64().NotNullable()
            .WithColumn("state").AsString(16).NotNullable()
            .WithColumn("started_at").AsInt64().NotNullable()
            .WithColumn("duration").AsInt64().Nullable()
            .WithColumn("spans").AsInt32().NotNullable()
            .WithColumn("input_tokens").AsInt64().Nullable()
            .WithColumn("output_tokens").AsInt64().Nullable()
            .WithColumn("total_tokens").AsInt64().Nullable()
            .WithColumn("cost").AsDouble().Nullable()
            .WithColumn("client_request_id").AsString(Id).Nullable()
            .WithColumn("request_preview").AsString(int.MaxValue).Nullable()
            .WithColumn("response_preview").AsString(int.MaxValue).Nullable();
        Create.Index("ux_traces_id").OnTable("traces").OnColumn("workspace").Ascending().OnColumn("id").Ascending().WithOptions().Unique();
        Create.Index("ix_traces_folder").OnTable("traces").OnColumn("folder_key").Ascending().OnColumn("started_at").Descending().OnColumn("id").Ascending();
        foreach (var table in (string[])["trace_tags", "trace_metadata"])
        {
            Create.Table(table)
                .WithColumn("trace_key").AsInt64().NotNullable().PrimaryKey()
                .WithColumn("name").AsString(Name).NotNullable().PrimaryKey()
                .WithColumn("value").AsString(int.MaxValue).NotNullable();
        }

        Create.Table("trace_runs")
            .WithColumn("run_id").AsString(32).NotNullable().PrimaryKey()
            .WithColumn("trace_key").AsInt64().NotNullable().PrimaryKey();
        Create.Index("ix_trace_runs_trace").OnTable("trace_runs").OnColumn("trace_key").Ascending();
    }

    private void CreateSpans()
    {
        Create.Table("trace_spans")
            .WithColumn("key").AsInt64().NotNullable().PrimaryKey().Identity()
            .WithColumn("trace_key").AsInt64().NotNullable()
            .WithColumn("id").AsString(16).NotNullable()
            .WithColumn("parent_id").AsString(16).Nullable()
            .WithColumn("name").AsString(1024).NotNullable()
            .WithColumn("type").AsString(Name).Nullable()
            .WithColumn("status").AsString(16).NotNullable()
            .WithColumn("started_at").AsInt64().NotNullable()
            .WithColumn("duration").AsInt64().Nullable()
            .WithColumn("input_tokens").AsInt64().Nullable()
            .WithColumn("output_tokens").AsInt64().Nullable()
            .WithColumn("total_tokens").AsInt64().Nullable()
            .WithColumn("cost").AsDouble().Nullable()
            .WithColumn("text").AsString(int.MaxValue).NotNullable()
            .WithColumn("content").AsBinary(int.MaxValue).NotNullable();
        Create.Index("ux_trace_spans_id").OnTable("trace_spans").OnColumn("trace_key").Ascending().OnColumn("id").Ascending().WithOptions().Unique();
        Create.Table("trace_span_values")
            .WithColumn("trace_key").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("span_id").AsString(16).NotNullable().PrimaryKey()
            .WithColumn("name").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("value").AsString(Name).NotNullable()
            .WithColumn("number").AsDouble().Nullable();
    }

    private void CreateAssessments()
    {
        Create.Table("trace_assessments")
            .WithColumn("key").AsInt64().NotNullable().PrimaryKey().Identity()
            .WithColumn("trace_key").AsInt64().NotNullable()
            .WithColumn("id").AsString(64).NotNullable()
            .WithColumn("kind").AsString(16).NotNullable()
            .WithColumn("name").AsString(Name).NotNullable()
            .WithColumn("value").AsString(int.MaxValue).NotNullable()
            .WithColumn("text").AsString(int.MaxValue).Nullable()
            .WithColumn("number").AsDouble().Nullable()
            .WithColumn("error").AsString(int.MaxValue).Nullable()
            .WithColumn("rationale").AsString(int.MaxValue).Nullable()
            .WithColumn("source_type").AsString(64).NotNullable()
            .WithColumn("source_id").AsString(Name).NotNullable()
            .WithColumn("span_id").AsString(64).Nullable()
            .WithColumn("run_id").AsString(64).Nullable()
            .WithColumn("overrides").AsString(64).Nullable()
            .WithColumn("valid").AsBoolean().NotNullable()
            .WithColumn("metadata").AsString(int.MaxValue).NotNullable()
            .WithColumn("created_at").AsInt64().NotNullable()
            .WithColumn("updated_at").AsInt64().NotNullable();
        Create.Index("ux_trace_assessments_id").OnTable("trace_assessments").OnColumn("trace_key").Ascending().OnColumn("id").Ascending().WithOptions().Unique();
    }
}
