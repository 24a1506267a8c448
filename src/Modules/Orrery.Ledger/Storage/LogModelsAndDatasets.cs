using FluentMigrator;

namespace Orrery.Ledger.Storage;

/// <summary>Models that only their run names, and the datasets and models that runs say they read and made.</summary>
[Migration(1_000_005, "Ledger: logged models, datasets of runs")]
public sealed class LogModelsAndDatasets : ForwardOnlyMigration
{
    private const int Id = 64;
    private const int Name = 512;

    /// <inheritdoc/>
    public override void Up()
    {
        Create.Table("run_datasets")
            .WithColumn("run_key").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("name").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("digest").AsString(256).NotNullable().PrimaryKey()
            .WithColumn("number").AsInt32().NotNullable()
            .WithColumn("source_type").AsString(256).NotNullable()
            .WithColumn("source").AsString(int.MaxValue).NotNullable()
            .WithColumn("schema").AsString(int.MaxValue).Nullable()
            .WithColumn("profile").AsString(int.MaxValue).Nullable()
            .WithColumn("context").AsString(int.MaxValue).Nullable()
            .WithColumn("tags").AsString(int.MaxValue).NotNullable();
        Create.Table("run_models")
            .WithColumn("run_key").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("model_id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("output").AsBoolean().NotNullable().PrimaryKey()
            .WithColumn("step").AsInt64().NotNullable();

        Create.Table("logged_models")
            .WithColumn("key").AsInt64().NotNullable().PrimaryKey().Identity()
            .WithColumn("id").AsString(Id).NotNullable()
            .WithColumn("workspace").AsString(256).NotNullable()
            .WithColumn("folder_key").AsInt64().NotNullable()
            .WithColumn("name").AsString(Name).NotNullable()
            .WithColumn("artifact_uri").AsString(int.MaxValue).NotNullable()
            .WithColumn("status").AsString(16).NotNullable()
            .WithColumn("type").AsString(Name).NotNullable()
            .WithColumn("source_run").AsString(Id).NotNullable()
            .WithColumn("created_at").AsInt64().NotNullable()
            .WithColumn("updated_at").AsInt64().NotNullable()
            .WithColumn("deleted_at").AsInt64().Nullable();
        Create.Index("ux_logged_models_id").OnTable("logged_models").OnColumn("id").Ascending().WithOptions().Unique();
        Create.Index("ix_logged_models_folder").OnTable("logged_models").OnColumn("folder_key").Ascending().OnColumn("created_at").Descending();
        foreach (var table in (string[])["logged_model_parameters", "logged_model_tags"])
        {
            Create.Table(table)
                .WithColumn("model_key").AsInt64().NotNullable().PrimaryKey()
                .WithColumn("name").AsString(256).NotNullable().PrimaryKey()
                .WithColumn("value").AsString(int.MaxValue).NotNullable();
        }

        Create.Table("logged_model_metrics")
            .WithColumn("model_key").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("name").AsString(256).NotNullable().PrimaryKey()
            .WithColumn("run_id").AsString(32).NotNullable().PrimaryKey()
            .WithColumn("step").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("time").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("value").AsDouble().Nullable()
            .WithColumn("dataset_name").AsString(Name).Nullable()
            .WithColumn("dataset_digest").AsString(256).Nullable();
    }
}
