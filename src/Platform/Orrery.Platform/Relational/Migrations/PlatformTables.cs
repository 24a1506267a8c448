using FluentMigrator;

namespace Orrery.Platform.Relational.Migrations;

/// <summary>The tables of the work queue, the leases and the cursors of signal consumers.</summary>
[Migration(1, "work queue, leases, signal cursors")]
public sealed class PlatformTables : ForwardOnlyMigration
{
    /// <inheritdoc/>
    public override void Up()
    {
        Create.Table("platform_work")
            .WithColumn("id").AsInt64().PrimaryKey().Identity()
            .WithColumn("queue").AsString().NotNullable()
            .WithColumn("key").AsString().NotNullable()
            .WithColumn("payload").AsBinary().NotNullable()
            .WithColumn("due_us").AsInt64().NotNullable()
            .WithColumn("attempt").AsInt32().NotNullable()
            .WithColumn("token").AsInt64().NotNullable()
            .WithColumn("worker").AsString().Nullable();
        Create.Index("platform_work_key").OnTable("platform_work").OnColumn("queue").Ascending().OnColumn("key").Ascending().WithOptions().Unique();
        Create.Index("platform_work_due").OnTable("platform_work").OnColumn("queue").Ascending().OnColumn("due_us").Ascending();
        Create.Table("platform_leases")
            .WithColumn("name").AsString().PrimaryKey()
            .WithColumn("holder").AsString().Nullable()
            .WithColumn("until_us").AsInt64().NotNullable()
            .WithColumn("token").AsInt64().NotNullable();
        Create.Table("platform_cursors")
            .WithColumn("consumer").AsString().PrimaryKey()
            .WithColumn("stream").AsString().PrimaryKey()
            .WithColumn("next").AsInt64().NotNullable();
    }
}
