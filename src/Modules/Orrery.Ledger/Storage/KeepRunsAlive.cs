using FluentMigrator;

namespace Orrery.Ledger.Storage;

/// <summary>Runs whose process died are found by the moment until which it vouched for them.</summary>
[Migration(1_000_002, "Ledger: runs end with their process")]
public sealed class KeepRunsAlive : ForwardOnlyMigration
{
    /// <inheritdoc/>
    public override void Up()
    {
        Create.Column("alive_until").OnTable("runs").AsInt64().Nullable();
        Create.Index("ix_runs_alive").OnTable("runs").OnColumn("alive_until").Ascending();
    }
}
