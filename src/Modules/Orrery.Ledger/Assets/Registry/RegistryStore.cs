using LinqToDB;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Assets.Aliases;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Storage;
using Orrery.Ledger.Webhooks;
using Orrery.Ledger.Workspaces;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Assets.Registry;

/// <summary>The registry on the relational port.</summary>
internal sealed class RegistryStore(IDatabase database, IAssets assets, VersionKeeping versions, IAudit audit, EventOutbox outbox, TimeProvider clock) : IRegistry
{
    public Task<Asset> CreateAsync(Caller caller, NewAsset asset, CancellationToken cancellationToken = default)
    {
        LedgerNames.Check(asset.Name, asset.Kind.ToString());
        LedgerNames.CheckText(asset.Description, "description");
        var tags = asset.Tags ?? new Dictionary<string, string>();
        foreach (var (key, value) in tags)
            LedgerNames.CheckEntry(key, value, "tag");
        return database.WriteAsync(transaction =>
        {
            WorkspaceStore.Require(transaction, caller);
            if (transaction.FindAsset(caller, asset.Kind, asset.Name) is not null)
                throw new ConflictException($"There is a {asset.Kind} '{asset.Name}' in workspace '{caller.Workspace}' already.");
            var now = Instant.Now(clock);
            var row = new AssetRow
            {
                Id = AssetId.New(now).ToString(),
                Workspace = caller.Workspace,
                Kind = asset.Kind.ToString(),
                Name = asset.Name,
                Description = asset.Description,
                CreatedAt = Instant.ToColumn(now),
                UpdatedAt = Instant.ToColumn(now),
            };
            transaction.Insert(row);
            var rows = tags.Select(tag => new AssetTagRow { AssetId = row.Id, Name = tag.Key, Value = tag.Value }).ToList();
            foreach (var tag in rows)
                transaction.Insert(tag);
            audit.Append(transaction, caller, "asset.created", $"{asset.Kind}/{asset.Name}");
            outbox.Append(transaction, caller, new(LedgerEvents.AssetCreated, asset.Kind, asset.Name) { Value = asset.Description, Tags = tags });
            return row.ToAsset([], rows);
        }, cancellationToken);
    }

    public Task<Asset> DescribeAsync(Caller caller, AssetKind kind, string name, string description, CancellationToken cancellationToken = default)
    {
        LedgerNames.CheckText(description, "description");
        return ChangeAsync(caller, kind, name, name, (transaction, asset) =>
        {
            Rows(transaction, asset).Set(row => row.Description, description).Update();
            audit.Append(transaction, caller, "asset.described", $"{kind}/{name}");
            outbox.Append(transaction, caller, new(LedgerEvents.AssetDescribed, kind, name) { Value = description });
        }, cancellationToken);
    }

    public Task<Asset> RenameAsync(Caller caller, AssetKind kind, string name, string newName, CancellationToken cancellationToken = default)
    {
        LedgerNames.Check(newName, kind.ToString());
        return ChangeAsync(caller, kind, name, newName, (transaction, asset) =>
        {
            if (transaction.FindAsset(caller, kind, newName) is not null)
                throw new ConflictException($"There is a {kind} '{newName}' in workspace '{caller.Workspace}' already.");
            var now = Instant.ToColumn(clock.GetUtcNow());
            Rows(transaction, asset).Set(row => row.Name, newName).Update();
            transaction.GetTable<VersionRow>().Where(row => row.AssetId == asset.Id && row.DeletedAt == null).Set(row => row.UpdatedAt, now).Update();
            audit.Append(transaction, caller, "asset.renamed", $"{kind}/{name}", $"to {newName}");
            outbox.Append(transaction, caller, new(LedgerEvents.AssetRenamed, kind, name) { Value = newName });
        }, cancellationToken);
    }

    public Task DeleteAsync(Caller caller, AssetKind kind, string name, CancellationToken cancellationToken = default) => database.WriteAsync(transaction =>
    {
        var asset = transaction.RequireAsset(caller, kind, name);
        foreach (var alias in transaction.GetTable<AliasProtectionRow>().Where(row => row.AssetId == asset.Id).Select(row => row.Alias).ToList())
            AliasGuard.CheckRemoval(transaction, asset.Id, alias, $"{kind}/{name}");
        var now = Instant.ToColumn(clock.GetUtcNow());
        Rows(transaction, asset).Set(row => row.DeletedAt, now).Update();
        audit.Append(transaction, caller, "asset.deleted", $"{kind}/{name}");
        outbox.Append(transaction, caller, new(LedgerEvents.AssetDeleted, kind, name));
    }, cancellationToken);

    public Task SetTagsAsync(Caller caller, AssetKind kind, string name, IReadOnlyDictionary<string, string?> tags, CancellationToken cancellationToken = default)
    {
        foreach (var (key, value) in tags)
            LedgerNames.CheckEntry(key, value, "tag");
        return database.WriteAsync(transaction =>
        {
            var asset = transaction.RequireAsset(caller, kind, name);
            var present = transaction.GetTable<AssetTagRow>().Where(row => row.AssetId == asset.Id).ToDictionary(row => row.Name, row => row.Value);
            var changes = tags.Where(tag => present.GetValueOrDefault(tag.Key) != tag.Value).ToList();
            foreach (var (key, value) in changes)
            {
                transaction.GetTable<AssetTagRow>().Where(row => row.AssetId == asset.Id && row.Name == key).Delete();
                if (value is not null)
                    transaction.Insert(new AssetTagRow { AssetId = asset.Id, Name = key, Value = value });
                outbox.Append(transaction, caller, new(value is null ? LedgerEvents.AssetTagDeleted : LedgerEvents.AssetTagSet, kind, name) { Key = key, Value = value });
            }

            if (changes.Count > 0)
                audit.Append(transaction, caller, "asset.tagged", $"{kind}/{name}", string.Join(", ", changes.Select(tag => tag.Value is null ? $"-{tag.Key}" : tag.Key)));
        }, cancellationToken);
    }

    public async Task<AssetVersion> DescribeVersionAsync(Caller caller, AssetRef version, string description, CancellationToken cancellationToken = default)
    {
        LedgerNames.CheckText(description, "description");
        var found = await assets.GetAsync(caller, version, cancellationToken);
        await database.WriteAsync(transaction => versions.Describe(transaction, caller, found.Ref, description), cancellationToken);
        return await assets.GetAsync(caller, found.Id, cancellationToken);
    }

    public async Task<AssetVersion> SetStageAsync(Caller caller, AssetRef version, VersionStage stage, StageOthers others, CancellationToken cancellationToken = default)
    {
        var found = await assets.GetAsync(caller, version, cancellationToken);
        await database.WriteAsync(transaction => versions.SetStage(transaction, caller, found.Ref, stage, others), cancellationToken);
        return await assets.GetAsync(caller, found.Id, cancellationToken);
    }

    public async Task DeleteVersionAsync(Caller caller, AssetRef version, CancellationToken cancellationToken = default)
    {
        var found = await assets.GetAsync(caller, version, cancellationToken);
        await database.WriteAsync(transaction => versions.Delete(transaction, caller, found.Ref), cancellationToken);
    }

    private async Task<Asset> ChangeAsync(
        Caller caller, AssetKind kind, string name, string nameAfter, Action<DataConnection, AssetRow> change, CancellationToken cancellationToken)
    {
        await assets.GetAssetAsync(caller, kind, name, cancellationToken); // says what was probably meant where it is missing
        await database.WriteAsync(transaction =>
        {
            var asset = transaction.RequireAsset(caller, kind, name);
            var now = Instant.ToColumn(clock.GetUtcNow());
            change(transaction, asset);
            Rows(transaction, asset).Set(row => row.UpdatedAt, now).Update();
        }, cancellationToken);
        return await assets.GetAssetAsync(caller, kind, nameAfter, cancellationToken);
    }

    private static IQueryable<AssetRow> Rows(DataConnection transaction, AssetRow asset) => transaction.GetTable<AssetRow>().Where(row => row.Id == asset.Id);
}
