using System.Collections.Concurrent;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Platform.Access;
using Orrery.Platform.Ownership;
using Orrery.Search.Shards;

namespace Orrery.Search.Collections;

/// <summary>The collections, each an asset of kind collection whose versions are its configurations.</summary>
internal sealed class CollectionDirectory(
    IOwners<CollectionCatalog> catalogs, IOwners<Shard> shards, IAssets assets, CollectionRows rows, CollectionKeeping keeping, TimeProvider clock) : ICollections
{
    // Readable without waiting in the owner's line behind somebody's write.
    private readonly ConcurrentDictionary<string, CollectionCatalog> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, LiveCollection> _open = new();

    public async Task<IReadOnlyList<string>> ListAsync(Caller caller, CancellationToken cancellationToken = default) =>
        [.. (await StateAsync(caller, cancellationToken)).Collections.Keys.Where(name => CollectionAccess.CanSee(caller, name))];

    public async Task<IReadOnlyList<CollectionSummary>> SummariesAsync(Caller caller, CancellationToken cancellationToken = default) =>
        [.. (await StateAsync(caller, cancellationToken)).Collections.Values.Where(record => CollectionAccess.CanSee(caller, record.Name)).Select(record => Summary(caller, record))];

    public async Task<bool> ExistsAsync(Caller caller, string name, CancellationToken cancellationToken = default) =>
        (await StateAsync(caller, cancellationToken)).Find(name) is { } found && CollectionAccess.CanSee(caller, found.Name);

    public async Task CreateAsync(Caller caller, string name, CollectionConfig config, CancellationToken cancellationToken = default)
    {
        CollectionAccess.RequireUnscoped(caller);
        CollectionRules.Check(name);
        CollectionRules.Check(config);
        // Before the asset gets a version that never was one.
        if ((await StateAsync(caller, cancellationToken)).Collections.ContainsKey(name))
            throw new ConflictException($"Collection `{name}` already exists!");
        var now = clock.GetUtcNow();
        var collection = new CollectionRecord(Guid.CreateVersion7(now), name, now, config);
        await RecordAsync(caller, collection, cancellationToken);
        await CallAsync(caller, (catalog, token) => catalog.PutAsync(collection, isNew: true, token), cancellationToken);
    }

    public async Task UpdateAsync(Caller caller, string name, Func<CollectionConfig, CollectionConfig> change, CancellationToken cancellationToken = default)
    {
        CollectionAccess.RequireUnscoped(caller);
        var updated = await catalogs.CallAsync(caller.Workspace, async (catalog, token) =>
        {
            var collection = catalog.State.Find(name) ?? throw Missing(name);
            // Which shard a point is in follows from how many there are.
            var config = change(collection.Config) with { Shards = collection.Config.Shards };
            CollectionRules.Check(config);
            var next = collection with { Config = config };
            await catalog.PutAsync(next, isNew: false, token);
            // In the catalogue's turn, so that two changes reach the shard in their order.
            await shards.CallAllAsync(ShardFactory.KeysOf(caller.Workspace, next), async (turn, inner) =>
            {
                await Shard.ConfigureAsync(turn, config, inner);
                foreach (var shard in turn)
                    keeping.Optimize(shard);
                return true;
            }, token);
            if (_open.TryGetValue(next.Id, out var open))
                open.Take(next);
            return next;
        }, cancellationToken);
        await RecordAsync(caller, updated, cancellationToken);
    }

    public async Task<bool> DeleteAsync(Caller caller, string name, CancellationToken cancellationToken = default)
    {
        CollectionAccess.RequireUnscoped(caller);
        var deleted = await catalogs.CallAsync(caller.Workspace, (catalog, token) => catalog.DeleteAsync(name, token), cancellationToken);
        if (deleted is null)
            return false;
        await CloseAsync(caller, deleted);
        return true;
    }

    /// <summary>Makes a collection whose rows are written already, in the place of the one that has its name.</summary>
    public async Task ReplaceAsync(Caller caller, CollectionRecord collection, CancellationToken cancellationToken)
    {
        await RecordAsync(caller, collection, cancellationToken);
        if (await catalogs.CallAsync(caller.Workspace, (catalog, token) => catalog.ReplaceAsync(collection, token), cancellationToken) is { } before)
            await CloseAsync(caller, before);
    }

    public async Task<IReadOnlyList<KeyValuePair<string, string>>> AliasesAsync(Caller caller, CancellationToken cancellationToken = default) =>
        [.. (await StateAsync(caller, cancellationToken)).Aliases.Where(alias => CollectionAccess.CanSee(caller, alias.Value))];

    public Task ChangeAliasesAsync(Caller caller, IReadOnlyList<AliasChange> changes, CancellationToken cancellationToken = default)
    {
        CollectionAccess.RequireUnscoped(caller);
        foreach (var name in changes.Where(change => change.Collection is not null || change.RenamedTo is not null).Select(change => change.RenamedTo ?? change.Alias))
            CollectionRules.Check(name);
        return CallAsync(caller, (catalog, token) => catalog.ChangeAsync(changes, token), cancellationToken);
    }

    public async Task<ICollection> OpenAsync(Caller caller, string name, CancellationToken cancellationToken = default)
    {
        var (live, scope) = await OpenAnyAsync(caller, name, cancellationToken);
        return scope is null ? live : new ScopedCollection(live, scope);
    }

    /// <summary>As <see cref="OpenAsync"/>, for who reads all of it.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    /// <exception cref="OrreryException">The caller may see none, or some of its documents alone.</exception>
    public async Task<LiveCollection> OpenLiveAsync(Caller caller, string name, CancellationToken cancellationToken)
    {
        var (live, scope) = await OpenAnyAsync(caller, name, cancellationToken);
        return scope?.Field is null ? live : throw new OrreryException(ErrorCode.Forbidden, $"This token sees some documents of '{live.Name}' alone.");
    }

    private CollectionSummary Summary(Caller caller, CollectionRecord record)
    {
        // Who sees some documents alone is not told how many there are.
        if (CollectionAccess.Of(caller, record.Name)?.Field is not null)
            return new(record.Name, record.Config, record.CreatedAt, null, null);
        var state = _open.TryGetValue(record.Id, out var open) ? open.State() : null;
        return new(record.Name, record.Config, record.CreatedAt, state?.Points ?? rows.CountPoints(record), state);
    }

    private async Task<(LiveCollection Live, CollectionScope? Scope)> OpenAnyAsync(Caller caller, string name, CancellationToken cancellationToken)
    {
        var record = (await StateAsync(caller, cancellationToken)).Find(name) ?? throw Missing(name);
        var scope = CollectionAccess.Of(caller, record.Name);
        return (await LoadAsync(caller, record, cancellationToken), scope);
    }

    private async Task<LiveCollection> LoadAsync(Caller caller, CollectionRecord record, CancellationToken cancellationToken)
    {
        if (_open.TryGetValue(record.Id, out var open) && !open.Failed)
            return open;
        var keys = ShardFactory.KeysOf(caller.Workspace, record);
        if (open is not null)
        {
            // A write failed: what the view shows may not be in the store.
            _open.TryRemove(KeyValuePair.Create(record.Id, open));
            await Task.WhenAll(keys.Select(shards.ReleaseAsync));
        }

        var owners = await Task.WhenAll(keys.Select(key => shards.CallAsync(key, (owner, _) => Task.FromResult(owner), cancellationToken)));
        foreach (var shard in owners)
            keeping.Optimize(shard);
        return _open.GetOrAdd(record.Id, _ => new(record, owners, keys, shards, keeping, this, clock));
    }

    // Who still holds it reads what it was; its rows go.
    private async Task CloseAsync(Caller caller, CollectionRecord gone)
    {
        if (_open.TryRemove(gone.Id, out var closed))
            keeping.Forget(closed.Shards);
        await Task.WhenAll(ShardFactory.KeysOf(caller.Workspace, gone).Select(shards.ReleaseAsync));
        keeping.Remove(gone.Id);
    }

    private async Task<CatalogState> StateAsync(Caller caller, CancellationToken cancellationToken)
    {
        if (!_known.TryGetValue(caller.Workspace, out var catalog))
        {
            catalog = await catalogs.CallAsync(caller.Workspace, (owner, _) => Task.FromResult(owner), cancellationToken);
            _known[caller.Workspace] = catalog;
        }

        return catalog.State;
    }

    private Task<bool> CallAsync(Caller caller, Func<CollectionCatalog, CancellationToken, Task> call, CancellationToken cancellationToken) =>
        catalogs.CallAsync(caller.Workspace, async (catalog, token) =>
        {
            await call(catalog, token);
            return true;
        }, cancellationToken);

    private Task<AssetVersion> RecordAsync(Caller caller, CollectionRecord collection, CancellationToken cancellationToken) =>
        assets.AddVersionAsync(caller, new(AssetKind.Collection, collection.Name, collection), cancellationToken);

    private static NotFoundException Missing(string name) => new($"Collection `{name}` doesn't exist!");
}
