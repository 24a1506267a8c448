using LinqToDB;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Assets.Aliases;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Storage;
using Orrery.Ledger.Webhooks;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Assets.Registry;

/// <summary>Changes what is kept about a version, within a transaction.</summary>
internal sealed class VersionKeeping(AliasWriter aliases, IAudit audit, EventOutbox outbox, TimeProvider clock)
{
    public void Describe(DataConnection transaction, Caller caller, AssetRef reference, string description)
    {
        var (_, version) = transaction.RequireVersion(caller, reference);
        var now = Now();
        Rows(transaction, version.Id).Set(row => row.Description, description).Set(row => row.UpdatedAt, now).Update();
        Tell(transaction, caller, reference, version, LedgerEvents.VersionDescribed, description);
    }

    public void SetStage(DataConnection transaction, Caller caller, AssetRef reference, VersionStage stage, StageOthers others)
    {
        var (asset, version) = transaction.RequireVersion(caller, reference);
        var (now, word) = (Now(), StageWords.Word(stage));
        if (others == StageOthers.Archive)
        {
            var archived = StageWords.Word(VersionStage.Archived);
            transaction.GetTable<VersionRow>().Where(row => row.AssetId == asset.Id && row.Id != version.Id && row.Stage == word && row.DeletedAt == null)
                .Set(row => row.Stage, archived).Set(row => row.UpdatedAt, now).Update();
        }

        Rows(transaction, version.Id).Set(row => row.Stage, word).Set(row => row.UpdatedAt, now).Update();
        Touch(transaction, asset.Id, now);
        Tell(transaction, caller, reference, version, LedgerEvents.VersionStaged, stage.ToString());
    }

    public void Delete(DataConnection transaction, Caller caller, AssetRef reference)
    {
        var (asset, version) = transaction.RequireVersion(caller, reference);
        foreach (var alias in transaction.GetTable<AliasRow>().Where(row => row.AssetId == asset.Id && row.Number == version.Number).Select(row => row.Alias).ToList())
            aliases.Remove(transaction, caller, asset, alias);
        var now = Now();
        Rows(transaction, version.Id).Set(row => row.DeletedAt, now).Set(row => row.UpdatedAt, now).Update();
        var latest = transaction.GetTable<VersionRow>().Where(row => row.AssetId == asset.Id && row.DeletedAt == null).Max(row => (int?)row.Number) ?? 0;
        transaction.GetTable<AssetRow>().Where(row => row.Id == asset.Id).Set(row => row.LatestVersion, latest).Set(row => row.UpdatedAt, now).Update();
        Tell(transaction, caller, reference, version, LedgerEvents.VersionDeleted, null);
    }

    // The audit's word for it is the event's.
    private void Tell(DataConnection transaction, Caller caller, AssetRef reference, VersionRow version, string type, string? value)
    {
        audit.Append(transaction, caller, type, reference.ToString(), type == LedgerEvents.VersionStaged ? value! : "");
        outbox.Append(transaction, caller, new(type, reference.Kind, reference.Name) { Version = version.Number, VersionId = new(Guid.Parse(version.Id)), Value = value });
    }

    private static void Touch(DataConnection transaction, string asset, long now) =>
        transaction.GetTable<AssetRow>().Where(row => row.Id == asset).Set(row => row.UpdatedAt, now).Update();

    private static IQueryable<VersionRow> Rows(DataConnection transaction, string id) => transaction.GetTable<VersionRow>().Where(row => row.Id == id);

    private long Now() => Instant.ToColumn(clock.GetUtcNow());
}
