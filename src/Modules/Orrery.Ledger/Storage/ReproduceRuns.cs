using FluentMigrator;

namespace Orrery.Ledger.Storage;

/// <summary>Runs know how to be run again, and have a log of lines.</summary>
[Migration(1_000_012, "Ledger: reproduction, logs of runs")]
public sealed class ReproduceRuns : ForwardOnlyMigration
{
    /// <inheritdoc/>
    public override void Up()
    {
        Create.Column("command").OnTable("runs").AsString(int.MaxValue).Nullable();
        Create.Column("recipe").OnTable("runs").AsString(int.MaxValue).Nullable();
        Create.Column("reproduces").OnTable("runs").AsString(32).Nullable();
        Create.Table("run_logs")
            .WithColumn("run_key").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("first").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("count").AsInt32().NotNullable()
            .WithColumn("characters").AsInt64().NotNullable()
            .WithColumn("lines").AsString(int.MaxValue).NotNullable();
    }
}
