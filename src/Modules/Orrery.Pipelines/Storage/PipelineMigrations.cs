using FluentMigrator;

namespace Orrery.Pipelines.Storage;

/// <summary>The state of pipelines' runs. Ids and times as in the ledger: 32 hexadecimal digits, microseconds since 1970.</summary>
[Migration(5_000_001, "Pipelines: runs, steps, finished steps by key, subscriptions")]
public sealed class CreatePipelines : ForwardOnlyMigration
{
    private const int Id = 32;
    private const int Name = 256;

    /// <inheritdoc/>
    public override void Up()
    {
        Create.Table("pipeline_runs")
            .WithColumn("id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("workspace").AsString(Name).NotNullable()
            .WithColumn("pipeline").AsString(Name).NotNullable()
            .WithColumn("version").AsInt32().NotNullable()
            .WithColumn("status").AsString(16).NotNullable()
            .WithColumn("trigger_kind").AsString(16).NotNullable()
            .WithColumn("trigger_detail").AsString(1024).NotNullable()
            .WithColumn("trigger_key").AsString(1536).Nullable()
            .WithColumn("parameters").AsString(int.MaxValue).NotNullable()
            .WithColumn("owner").AsString(Name).NotNullable()
            .WithColumn("owner_role").AsString(16).NotNullable()
            .WithColumn("cancel").AsBoolean().NotNullable()
            .WithColumn("error").AsString(int.MaxValue).Nullable()
            .WithColumn("started_at").AsInt64().NotNullable()
            .WithColumn("ended_at").AsInt64().Nullable();
        // Null for manual runs, which both databases let repeat.
        Create.Index("ux_pipeline_runs_trigger").OnTable("pipeline_runs").OnColumn("trigger_key").Ascending().WithOptions().Unique();
        Create.Index("ix_pipeline_runs_started").OnTable("pipeline_runs").OnColumn("workspace").Ascending().OnColumn("started_at").Descending().OnColumn("id").Descending();
        Create.Index("ix_pipeline_runs_status").OnTable("pipeline_runs").OnColumn("status").Ascending();

        Create.Table("pipeline_steps")
            .WithColumn("pipeline_run_id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("name").AsString(64).NotNullable().PrimaryKey()
            .WithColumn("ordinal").AsInt32().NotNullable()
            .WithColumn("uses").AsString(64).NotNullable()
            .WithColumn("status").AsString(16).NotNullable()
            .WithColumn("run_id").AsString(Id).Nullable()
            .WithColumn("attempt").AsInt32().NotNullable()
            .WithColumn("not_before").AsInt64().NotNullable()
            .WithColumn("cached").AsBoolean().NotNullable()
            .WithColumn("reason").AsString(int.MaxValue).Nullable()
            .WithColumn("outputs").AsString(int.MaxValue).NotNullable()
            .WithColumn("facts").AsString(int.MaxValue).NotNullable()
            .WithColumn("progress_done").AsInt64().Nullable()
            .WithColumn("progress_total").AsInt64().Nullable()
            .WithColumn("progress_unit").AsString(64).Nullable()
            .WithColumn("started_at").AsInt64().Nullable()
            .WithColumn("ended_at").AsInt64().Nullable();

        Create.Table("pipeline_finished_steps")
            .WithColumn("workspace").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("step_key").AsString(64).NotNullable().PrimaryKey()
            .WithColumn("run_id").AsString(Id).NotNullable()
            .WithColumn("outputs").AsString(int.MaxValue).NotNullable()
            .WithColumn("facts").AsString(int.MaxValue).NotNullable()
            .WithColumn("finished_at").AsInt64().NotNullable();

        // From when on a pipeline's schedule or signal counts: what lies before it was first declared does not.
        Create.Table("pipeline_subscriptions")
            .WithColumn("workspace").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("pipeline").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("source").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("since").AsInt64().NotNullable();
    }
}
