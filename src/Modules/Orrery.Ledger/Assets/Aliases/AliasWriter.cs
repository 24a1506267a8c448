using System.Globalization;
using LinqToDB;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Storage;
using Orrery.Ledger.Webhooks;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Assets.Aliases;

/// <summary>Moves aliases within a transaction: the alias, its history, the audit record and what webhooks hear of it stand or fall together.</summary>
internal sealed class AliasWriter(IAudit audit, EventOutbox outbox, TimeProvider clock)
{
    /// <summary>Points an alias at a version; the number that it pointed at before. Where it points there already, nothing happens.</summary>
    public int? Set(DataConnection transaction, Caller caller, AssetVersion version, string alias)
    {
        var asset = version.AssetId.ToString();
        var before = Find(transaction, asset, alias);
        if (before == version.Number)
            return before;
        AliasGuard.Check(transaction, caller, version, alias);
        Point(transaction, asset, alias, before, version.Number);
        Note(transaction, caller, (version.Kind, version.Name, asset), new() { Alias = alias, From = before, To = version.Number, Reason = AliasMoveRow.Word(AliasMoveReason.Set) });
        return before;
    }

    /// <summary>Removes an alias; false where it is not there.</summary>
    public bool Remove(DataConnection transaction, Caller caller, AssetRow asset, string alias)
    {
        if (Find(transaction, asset.Id, alias) is not { } before)
            return false;
        AliasGuard.CheckRemoval(transaction, asset.Id, alias, $"{asset.Kind}/{asset.Name}");
        transaction.GetTable<AliasRow>().Where(row => row.AssetId == asset.Id && row.Alias == alias).Delete();
        Note(transaction, caller, (AssetKind.Parse(asset.Kind), asset.Name, asset.Id), new() { Alias = alias, From = before, Reason = AliasMoveRow.Word(AliasMoveReason.Removed) });
        return true;
    }

    /// <summary>Takes the last setting back that was not taken back yet.</summary>
    public AliasMove RollBack(DataConnection transaction, Caller caller, AssetRow asset, string alias)
    {
        if (AliasGuard.Find(transaction, asset.Id, alias) is not null)
            AliasGuard.RequireApprover(caller, $"Rolling the protected alias '{alias}' back");
        var now = Find(transaction, asset.Id, alias) ?? throw new NotFoundException($"{asset.Kind}/{asset.Name} has no alias '{alias}' to roll back.");
        var set = AliasMoveRow.Word(AliasMoveReason.Set);
        var moves = transaction.GetTable<AliasMoveRow>().Where(row => row.AssetId == asset.Id && row.Alias == alias && row.Reason == set && !row.Undone)
            .OrderByDescending(row => row.Number).ToList();
        var back = moves.FindIndex(move => move.From is { } number && number != now
            && transaction.GetTable<VersionRow>().Any(row => row.AssetId == asset.Id && row.Number == number && row.DeletedAt == null));
        if (back < 0)
            throw new PreconditionFailedException(string.Create(CultureInfo.InvariantCulture, $"The alias '{alias}' of {asset.Kind}/{asset.Name} points at {now} and has pointed at no other version that is still there."));
        var taken = moves[..(back + 1)].Select(move => move.Number).ToList();
        transaction.GetTable<AliasMoveRow>().Where(row => row.AssetId == asset.Id && taken.Contains(row.Number)).Set(row => row.Undone, true).Update();
        var target = moves[back].From!.Value;
        Point(transaction, asset.Id, alias, now, target);
        return Note(transaction, caller, (AssetKind.Parse(asset.Kind), asset.Name, asset.Id), new() { Alias = alias, From = now, To = target, Reason = AliasMoveRow.Word(AliasMoveReason.RolledBack) });
    }

    private static int? Find(DataConnection transaction, string asset, string alias) =>
        transaction.GetTable<AliasRow>().Where(row => row.AssetId == asset && row.Alias == alias).Select(row => (int?)row.Number).SingleOrDefault();

    private static void Point(DataConnection transaction, string asset, string alias, int? before, int number)
    {
        if (before is null)
            transaction.Insert(new AliasRow { AssetId = asset, Alias = alias, Number = number });
        else
            transaction.GetTable<AliasRow>().Where(row => row.AssetId == asset && row.Alias == alias).Set(row => row.Number, number).Update();
    }

    private AliasMove Note(DataConnection transaction, Caller caller, (AssetKind Kind, string Name, string Id) asset, AliasMoveRow move)
    {
        var now = Instant.ToColumn(clock.GetUtcNow());
        transaction.GetTable<AssetRow>().Where(row => row.Id == asset.Id).Set(row => row.UpdatedAt, now).Update();
        var last = transaction.GetTable<AliasMoveRow>().Where(row => row.AssetId == asset.Id).Max(row => (int?)row.Number) ?? 0;
        move = move with { AssetId = asset.Id, Number = last + 1, MovedBy = caller.Actor, MovedAt = now };
        transaction.Insert(move);
        var done = move.ToMove();
        var (action, type) = done.Reason switch
        {
            AliasMoveReason.Set => ("alias.set", LedgerEvents.AliasSet),
            AliasMoveReason.RolledBack => ("alias.rolled-back", LedgerEvents.AliasRolledBack),
            _ => ("alias.deleted", LedgerEvents.AliasDeleted),
        };
        var was = done.From is { } from ? string.Create(CultureInfo.InvariantCulture, $"was {from}") : "";
        var detail = done.To is { } to ? string.Create(CultureInfo.InvariantCulture, $"{to}{(was.Length == 0 ? "" : $" ({was})")}") : was;
        audit.Append(transaction, caller, action, $"{asset.Kind}/{asset.Name}@{done.Alias}", detail);
        outbox.Append(transaction, caller, new(type, asset.Kind, asset.Name) { Alias = done.Alias, Version = done.To, Before = done.From });
        return done;
    }
}
