using FluentMigrator;

namespace Orrery.Ledger.Storage;

/// <summary>What the registry keeps about assets and versions, the history and protection of aliases, webhooks, and files that belong to no run.</summary>
[Migration(1_000_003, "Ledger: registry, aliases, webhooks, files")]
public sealed class CreateRegistry : ForwardOnlyMigration
{
    private const int Id = 32;
    private const int Name = 256;

    /// <inheritdoc/>
    public override void Up()
    {
        ExtendAssets();
        ExtendVersions();
        CreateAliases();
        CreateWebhooks();
        CreateFiles();
    }

    private void ExtendAssets()
    {
        Create.Column("description").OnTable("assets").AsString(int.MaxValue).NotNullable().WithDefaultValue("");
        Create.Column("last_number").OnTable("assets").AsInt32().NotNullable().WithDefaultValue(0);
        Create.Column("deleted_at").OnTable("assets").AsInt64().NotNullable().WithDefaultValue(0);
        Execute.Sql("UPDATE assets SET last_number = latest_version");
        // A name is free again once its asset is deleted; among those that are there, deleted_at is 0.
        Delete.Index("ux_assets_name").OnTable("assets");
        Create.Index("ux_assets_name").OnTable("assets")
            .OnColumn("workspace").Ascending().OnColumn("kind").Ascending().OnColumn("name").Ascending().OnColumn("deleted_at").Ascending().WithOptions().Unique();
        Create.Table("asset_tags")
            .WithColumn("asset_id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("name").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("value").AsString(int.MaxValue).NotNullable();
        Create.Index("ix_asset_tags_name").OnTable("asset_tags").OnColumn("name").Ascending().OnColumn("asset_id").Ascending();
    }

    private void ExtendVersions()
    {
        Create.Column("description").OnTable("asset_versions").AsString(int.MaxValue).NotNullable().WithDefaultValue("");
        Create.Column("updated_at").OnTable("asset_versions").AsInt64().NotNullable().WithDefaultValue(0);
        Create.Column("stage").OnTable("asset_versions").AsString(16).Nullable();
        Create.Column("source").OnTable("asset_versions").AsString(int.MaxValue).Nullable();
        Create.Column("source_run").OnTable("asset_versions").AsString(int.MaxValue).Nullable();
        Create.Column("origin_id").OnTable("asset_versions").AsString(Id).Nullable();
        Create.Column("deleted_at").OnTable("asset_versions").AsInt64().Nullable();
        Execute.Sql("UPDATE asset_versions SET updated_at = created_at");
        Create.Index("ix_asset_versions_source_run").OnTable("asset_versions").OnColumn("source_run").Ascending();
        Create.Index("ix_version_tags_name").OnTable("version_tags").OnColumn("name").Ascending().OnColumn("version_id").Ascending();
    }

    private void CreateAliases()
    {
        Create.Table("alias_moves")
            .WithColumn("asset_id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("number").AsInt32().NotNullable().PrimaryKey()
            .WithColumn("alias").AsString(Name).NotNullable()
            .WithColumn("from_version").AsInt32().Nullable()
            .WithColumn("to_version").AsInt32().Nullable()
            .WithColumn("reason").AsString(16).NotNullable()
            .WithColumn("undone").AsBoolean().NotNullable()
            .WithColumn("moved_by").AsString(Name).NotNullable()
            .WithColumn("moved_at").AsInt64().NotNullable();
        Create.Table("alias_protections")
            .WithColumn("asset_id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("alias").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("gate").AsString(Name).NotNullable()
            .WithColumn("approvals").AsInt32().NotNullable()
            .WithColumn("protected_by").AsString(Name).NotNullable()
            .WithColumn("protected_at").AsInt64().NotNullable();
    }

    private void CreateWebhooks()
    {
        Create.Table("webhooks")
            .WithColumn("id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("workspace").AsString(Name).NotNullable()
            .WithColumn("name").AsString(Name).NotNullable()
            .WithColumn("description").AsString(int.MaxValue).NotNullable()
            .WithColumn("url").AsString(2048).NotNullable()
            .WithColumn("format").AsString(64).NotNullable()
            .WithColumn("secret").AsString(int.MaxValue).Nullable()
            .WithColumn("active").AsBoolean().NotNullable()
            .WithColumn("created_by").AsString(Name).NotNullable()
            .WithColumn("created_at").AsInt64().NotNullable()
            .WithColumn("updated_at").AsInt64().NotNullable();
        Create.Index("ix_webhooks_workspace").OnTable("webhooks").OnColumn("workspace").Ascending().OnColumn("id").Descending();
        Create.Table("webhook_subscriptions")
            .WithColumn("webhook_id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("position").AsInt32().NotNullable().PrimaryKey()
            .WithColumn("event").AsString(64).NotNullable()
            .WithColumn("kind").AsString(64).NotNullable();
        Create.Table("webhook_deliveries")
            .WithColumn("id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("webhook_id").AsString(Id).NotNullable()
            .WithColumn("type").AsString(64).NotNullable()
            .WithColumn("event").AsString(int.MaxValue).NotNullable()
            .WithColumn("state").AsString(16).NotNullable()
            .WithColumn("attempts").AsInt32().NotNullable()
            .WithColumn("status_code").AsInt32().Nullable()
            .WithColumn("error").AsString(int.MaxValue).Nullable()
            .WithColumn("created_at").AsInt64().NotNullable()
            .WithColumn("finished_at").AsInt64().Nullable();
        Create.Index("ix_webhook_deliveries_webhook").OnTable("webhook_deliveries").OnColumn("webhook_id").Ascending().OnColumn("id").Descending();
        Create.Index("ix_webhook_deliveries_state").OnTable("webhook_deliveries").OnColumn("state").Ascending().OnColumn("id").Ascending();
    }

    private void CreateFiles() => Create.Table("artifact_files")
        .WithColumn("workspace").AsString(Name).NotNullable().PrimaryKey()
        .WithColumn("path").AsString(1024).NotNullable().PrimaryKey()
        .WithColumn("digest").AsString(64).NotNullable()
        .WithColumn("length").AsInt64().NotNullable()
        .WithColumn("media_type").AsString(Name).NotNullable()
        .WithColumn("created_at").AsInt64().NotNullable();
}
