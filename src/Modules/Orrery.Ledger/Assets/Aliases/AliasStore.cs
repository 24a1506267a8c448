using System.Globalization;
using LinqToDB;
using LinqToDB.Async;
using Orrery.Kernel;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Assets.Aliases;

/// <summary>The history and the protection of aliases on the relational port.</summary>
internal sealed class AliasStore(IDatabase database, AliasWriter aliases, IAssets assets, IAudit audit, TimeProvider clock) : IAliases
{
    private const int MaxApprovals = 10;

    public Task<Page<AliasMove>> HistoryAsync(Caller caller, AssetKind kind, string name, string? alias, PageRequest page, CancellationToken cancellationToken = default)
    {
        var limit = page.CheckedLimit;
        var before = PageCursor.Read(page.Cursor, 1) is [var number] ? PageCursor.Number(number) : long.MaxValue;
        return database.ReadAsync(async (connection, token) =>
        {
            var asset = await connection.AssetAsync(caller, kind, name, token) ?? throw await connection.MissingAsync(caller, new(kind, name), token);
            var rows = await connection.GetTable<AliasMoveRow>().Where(row => row.AssetId == asset.Id && row.Number < before && (alias == null || row.Alias == alias))
                .OrderByDescending(row => row.Number).Take(limit + 1).ToListAsync(token);
            return rows.ToPage(limit, row => row.ToMove(), row => [row.Number.ToString(CultureInfo.InvariantCulture)]);
        }, cancellationToken);
    }

    public async Task<AliasMove> RollBackAsync(Caller caller, AssetKind kind, string name, string alias, CancellationToken cancellationToken = default)
    {
        await assets.GetAssetAsync(caller, kind, name, cancellationToken); // says what was probably meant where it is missing
        return await database.WriteAsync(transaction => aliases.RollBack(transaction, caller, transaction.RequireAsset(caller, kind, name), alias), cancellationToken);
    }

    public async Task<AliasProtection> ProtectAsync(
        Caller caller, AssetKind kind, string name, string alias, string gate, int approvals, CancellationToken cancellationToken = default)
    {
        AliasGuard.RequireApprover(caller, "Protecting an alias");
        LedgerNames.Check(alias, "alias");
        if (approvals is < 0 or > MaxApprovals)
            throw new InvalidException($"A protection asks for 0 to {MaxApprovals} approvals; got {approvals}.");
        await assets.GetAsync(caller, new AssetRef(AssetKind.Gate, gate), cancellationToken);
        await assets.GetAssetAsync(caller, kind, name, cancellationToken);
        return await database.WriteAsync(transaction =>
        {
            var asset = transaction.RequireAsset(caller, kind, name);
            var row = new AliasProtectionRow
            {
                AssetId = asset.Id,
                Alias = alias,
                Gate = gate,
                Approvals = approvals,
                ProtectedBy = caller.Actor,
                ProtectedAt = Instant.ToColumn(clock.GetUtcNow()),
            };
            transaction.InsertOrReplace(row);
            audit.Append(transaction, caller, "alias.protected", $"{kind}/{name}@{alias}", string.Create(CultureInfo.InvariantCulture, $"{gate}, {approvals} approvals"));
            return row.ToProtection();
        }, cancellationToken);
    }

    public Task UnprotectAsync(Caller caller, AssetKind kind, string name, string alias, CancellationToken cancellationToken = default)
    {
        AliasGuard.RequireApprover(caller, "Taking an alias's protection away");
        return database.WriteAsync(transaction =>
        {
            var asset = transaction.RequireAsset(caller, kind, name);
            if (transaction.GetTable<AliasProtectionRow>().Where(row => row.AssetId == asset.Id && row.Alias == alias).Delete() == 0)
                throw new NotFoundException($"The alias '{alias}' of {kind}/{name} is not protected.");
            audit.Append(transaction, caller, "alias.unprotected", $"{kind}/{name}@{alias}");
        }, cancellationToken);
    }

    public Task<IReadOnlyList<AliasProtection>> ProtectionsAsync(Caller caller, AssetKind kind, string name, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<AliasProtection>>(async (connection, token) =>
        {
            var asset = await connection.AssetAsync(caller, kind, name, token) ?? throw await connection.MissingAsync(caller, new(kind, name), token);
            var rows = await connection.GetTable<AliasProtectionRow>().Where(row => row.AssetId == asset.Id).OrderBy(row => row.Alias).ToListAsync(token);
            return [.. rows.Select(row => row.ToProtection())];
        }, cancellationToken);
}
