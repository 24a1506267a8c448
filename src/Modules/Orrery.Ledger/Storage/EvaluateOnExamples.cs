using FluentMigrator;

namespace Orrery.Ledger.Storage;

/// <summary>The records of evaluation datasets, each with the versions that it is in, and the folders that datasets are for.</summary>
[Migration(1_000_013, "Ledger: evaluation datasets")]
public sealed class EvaluateOnExamples : ForwardOnlyMigration
{
    private const int Id = 64;
    private const int Name = 256;

    /// <inheritdoc/>
    public override void Up()
    {
        Create.Table("evaluation_records")
            .WithColumn("key").AsInt64().NotNullable().PrimaryKey().Identity()
            .WithColumn("asset_id").AsString(32).NotNullable()
            .WithColumn("id").AsString(Id).NotNullable()
            .WithColumn("inputs_digest").AsString(64).NotNullable()
            .WithColumn("digest").AsString(64).NotNullable()
            .WithColumn("since_version").AsInt32().NotNullable()
            .WithColumn("until_version").AsInt32().Nullable()
            .WithColumn("inputs").AsString(int.MaxValue).NotNullable()
            .WithColumn("outputs").AsString(int.MaxValue).Nullable()
            .WithColumn("expectations").AsString(int.MaxValue).Nullable()
            .WithColumn("tags").AsString(int.MaxValue).Nullable()
            .WithColumn("source").AsString(int.MaxValue).Nullable()
            .WithColumn("created_by").AsString(Name).NotNullable()
            .WithColumn("created_at").AsInt64().NotNullable()
            .WithColumn("updated_by").AsString(Name).NotNullable()
            .WithColumn("updated_at").AsInt64().NotNullable();
        Create.Index("ix_evaluation_records_inputs").OnTable("evaluation_records")
            .OnColumn("asset_id").Ascending().OnColumn("inputs_digest").Ascending().OnColumn("until_version").Ascending();
        Create.Index("ix_evaluation_records_added").OnTable("evaluation_records")
            .OnColumn("asset_id").Ascending().OnColumn("created_at").Ascending().OnColumn("id").Ascending();
        Create.Table("evaluation_folders")
            .WithColumn("folder_key").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("asset_id").AsString(32).NotNullable().PrimaryKey();
        Create.Index("ix_evaluation_folders_asset").OnTable("evaluation_folders").OnColumn("asset_id").Ascending();
    }
}
