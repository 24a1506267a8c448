using FluentMigrator;

namespace Orrery.Ledger.Storage;

/// <summary>
/// The ledger's tables. Ids are 32 hexadecimal digits, times are microseconds since 1970 in UTC: both sort and compare alike on SQLite and
/// PostgreSQL. What is queried has a column; only manifests, rule results and evidence are JSON text.
/// </summary>
[Migration(1_000_001, "Ledger: workspaces, assets, runs, lineage, audit, gates")]
public sealed class CreateLedger : ForwardOnlyMigration
{
    private const int Id = 32;
    private const int Name = 256;

    /// <inheritdoc/>
    public override void Up()
    {
        CreateWorkspaces();
        CreateAssets();
        CreateRuns();
        CreateMetrics();
        CreateLineage();
        CreateAudit();
        CreateGates();
    }

    private void CreateWorkspaces()
    {
        Create.Table("workspaces")
            .WithColumn("name").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("description").AsString(int.MaxValue).NotNullable()
            .WithColumn("created_by").AsString(Name).NotNullable()
            .WithColumn("created_at").AsInt64().NotNullable();
        Insert.IntoTable("workspaces").Row(new { name = "default", description = "", created_by = "system:ledger", created_at = 0L });
    }

    private void CreateAssets()
    {
        Create.Table("assets")
            .WithColumn("id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("workspace").AsString(Name).NotNullable()
            .WithColumn("kind").AsString(64).NotNullable()
            .WithColumn("name").AsString(Name).NotNullable()
            .WithColumn("latest_version").AsInt32().NotNullable()
            .WithColumn("created_at").AsInt64().NotNullable()
            .WithColumn("updated_at").AsInt64().NotNullable();
        Create.Index("ux_assets_name").OnTable("assets").OnColumn("workspace").Ascending().OnColumn("kind").Ascending().OnColumn("name").Ascending().WithOptions().Unique();

        Create.Table("asset_versions")
            .WithColumn("id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("asset_id").AsString(Id).NotNullable()
            .WithColumn("number").AsInt32().NotNullable()
            .WithColumn("digest").AsString(64).NotNullable()
            .WithColumn("manifest").AsString(int.MaxValue).NotNullable()
            .WithColumn("run_id").AsString(Id).Nullable()
            .WithColumn("created_by").AsString(Name).NotNullable()
            .WithColumn("created_at").AsInt64().NotNullable();
        Create.Index("ux_asset_versions_number").OnTable("asset_versions").OnColumn("asset_id").Ascending().OnColumn("number").Ascending().WithOptions().Unique();
        // Not unique: a resource that is set back to an earlier spec gets a new version of an old digest.
        Create.Index("ix_asset_versions_digest").OnTable("asset_versions").OnColumn("asset_id").Ascending().OnColumn("digest").Ascending();

        Create.Table("asset_aliases")
            .WithColumn("asset_id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("alias").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("number").AsInt32().NotNullable();

        Create.Table("version_tags")
            .WithColumn("version_id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("name").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("value").AsString(int.MaxValue).NotNullable();
    }

    private void CreateRuns()
    {
        Create.Table("runs")
            .WithColumn("id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("workspace").AsString(Name).NotNullable()
            .WithColumn("kind").AsString(Name).NotNullable()
            .WithColumn("name").AsString(Name).NotNullable()
            .WithColumn("folder").AsString(Name).NotNullable()
            .WithColumn("parent_id").AsString(Id).Nullable()
            .WithColumn("status").AsString(16).NotNullable()
            .WithColumn("error").AsString(int.MaxValue).Nullable()
            .WithColumn("seed").AsInt64().Nullable()
            .WithColumn("code_commit").AsString(64).Nullable()
            .WithColumn("runtime").AsString(Name).NotNullable()
            .WithColumn("operating_system").AsString(Name).NotNullable()
            .WithColumn("processor").AsString(Name).NotNullable()
            .WithColumn("owner").AsString(Name).NotNullable()
            .WithColumn("started_at").AsInt64().NotNullable()
            .WithColumn("ended_at").AsInt64().Nullable();
        Create.Index("ix_runs_started").OnTable("runs").OnColumn("workspace").Ascending().OnColumn("started_at").Descending().OnColumn("id").Descending();
        Create.Index("ix_runs_folder").OnTable("runs").OnColumn("workspace").Ascending().OnColumn("folder").Ascending().OnColumn("started_at").Descending();
        Create.Index("ix_runs_parent").OnTable("runs").OnColumn("parent_id").Ascending();

        Create.Table("run_parameters")
            .WithColumn("run_id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("name").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("value").AsString(int.MaxValue).NotNullable();
        Create.Table("run_tags")
            .WithColumn("run_id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("name").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("value").AsString(int.MaxValue).NotNullable();
        Create.Table("run_artifacts")
            .WithColumn("run_id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("path").AsString(1024).NotNullable().PrimaryKey()
            .WithColumn("digest").AsString(64).NotNullable()
            .WithColumn("length").AsInt64().NotNullable()
            .WithColumn("media_type").AsString(Name).NotNullable();
    }

    // A metric's value is null where it is NaN: SQLite has no NaN and would store null anyway.
    private void CreateMetrics()
    {
        Create.Table("run_metrics")
            .WithColumn("run_id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("name").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("value").AsDouble().Nullable()
            .WithColumn("step").AsInt64().NotNullable()
            .WithColumn("time").AsInt64().NotNullable();
        Create.Table("metric_points")
            .WithColumn("run_id").AsString(Id).NotNullable()
            .WithColumn("name").AsString(Name).NotNullable()
            .WithColumn("value").AsDouble().Nullable()
            .WithColumn("step").AsInt64().NotNullable()
            .WithColumn("time").AsInt64().NotNullable();
        Create.Index("ix_metric_points").OnTable("metric_points")
            .OnColumn("run_id").Ascending().OnColumn("name").Ascending().OnColumn("step").Ascending().OnColumn("time").Ascending();
    }

    private void CreateLineage()
    {
        Create.Table("lineage_edges")
            .WithColumn("workspace").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("from_node").AsString(1024).NotNullable().PrimaryKey()
            .WithColumn("to_node").AsString(1024).NotNullable().PrimaryKey()
            .WithColumn("role").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("time").AsInt64().NotNullable();
        Create.Index("ix_lineage_edges_to").OnTable("lineage_edges").OnColumn("workspace").Ascending().OnColumn("to_node").Ascending();
    }

    private void CreateAudit()
    {
        Create.Table("audit_records")
            .WithColumn("number").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("time").AsInt64().NotNullable()
            .WithColumn("workspace").AsString(Name).NotNullable()
            .WithColumn("actor").AsString(Name).NotNullable()
            .WithColumn("action").AsString(64).NotNullable()
            .WithColumn("subject").AsString(1024).NotNullable()
            .WithColumn("detail").AsString(int.MaxValue).NotNullable()
            .WithColumn("hash").AsString(64).NotNullable();
        Create.Index("ix_audit_records_subject").OnTable("audit_records").OnColumn("workspace").Ascending().OnColumn("subject").Ascending().OnColumn("number").Descending();

        // One row: the end of the chain. Updating it first makes writers queue on PostgreSQL, and it shows where the chain's tail was cut off.
        Create.Table("audit_head")
            .WithColumn("id").AsInt32().NotNullable().PrimaryKey()
            .WithColumn("number").AsInt64().NotNullable()
            .WithColumn("hash").AsString(64).NotNullable();
        Insert.IntoTable("audit_head").Row(new { id = 1, number = 0L, hash = new string('0', 64) });
    }

    private void CreateGates()
    {
        Create.Table("gate_reports")
            .WithColumn("id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("workspace").AsString(Name).NotNullable()
            .WithColumn("gate").AsString(Name).NotNullable()
            .WithColumn("gate_version").AsInt32().NotNullable()
            .WithColumn("version_id").AsString(Id).NotNullable()
            .WithColumn("passed").AsBoolean().NotNullable()
            .WithColumn("rules").AsString(int.MaxValue).NotNullable()
            .WithColumn("evidence").AsString(int.MaxValue).NotNullable()
            .WithColumn("run_id").AsString(Id).Nullable()
            .WithColumn("evaluated_by").AsString(Name).NotNullable()
            .WithColumn("evaluated_at").AsInt64().NotNullable();
        Create.Index("ix_gate_reports_version").OnTable("gate_reports").OnColumn("workspace").Ascending().OnColumn("version_id").Ascending();

        Create.Table("gate_approvals")
            .WithColumn("workspace").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("gate").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("version_id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("approver").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("comment").AsString(int.MaxValue).NotNullable()
            .WithColumn("approved_at").AsInt64().NotNullable();
    }
}
