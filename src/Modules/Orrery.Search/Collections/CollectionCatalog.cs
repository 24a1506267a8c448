using System.Collections.Immutable;
using System.Text;
using Orrery.Kernel;
using Orrery.Platform.KeyValues;
using Orrery.Platform.Ownership;

namespace Orrery.Search.Collections;

/// <summary>
/// The owner of a workspace's collections and aliases. Each change is one batch, so nobody ever sees half of one: an alias that is switched points at the old collection or
/// at the new one.
/// </summary>
internal sealed class CollectionCatalog(string workspace, CollectionRows rows)
{
    private volatile CatalogState _state = new(ImmutableSortedDictionary<string, CollectionRecord>.Empty, ImmutableSortedDictionary<string, string>.Empty);

    /// <summary>What there is; readable at any time.</summary>
    public CatalogState State => _state;

    public async Task LoadAsync(CancellationToken cancellationToken) => _state = new(
        (await rows.CollectionsAsync(workspace, cancellationToken)).ToImmutableSortedDictionary(collection => collection.Name, collection => collection, StringComparer.Ordinal),
        (await rows.AliasesAsync(workspace, cancellationToken)).ToImmutableSortedDictionary(StringComparer.Ordinal));

    public async Task PutAsync(CollectionRecord collection, bool isNew, CancellationToken cancellationToken)
    {
        if (isNew && _state.Collections.ContainsKey(collection.Name))
            throw new ConflictException($"Collection `{collection.Name}` already exists!");
        if (isNew && _state.Aliases.ContainsKey(collection.Name))
            throw new InvalidException($"Can't create collection with name {collection.Name}. Alias with the same name already exists");
        await rows.Rows.WriteAsync(new KeyValueBatch().Put(CollectionRows.CollectionKey(workspace, collection.Name), CollectionRows.Write(collection)), cancellationToken: cancellationToken);
        _state = _state with { Collections = _state.Collections.SetItem(collection.Name, collection) };
    }

    /// <summary>Makes a collection whose rows are written already, in the place of the one that has its name; returns that one.</summary>
    public async Task<CollectionRecord?> ReplaceAsync(CollectionRecord collection, CancellationToken cancellationToken)
    {
        if (_state.Aliases.ContainsKey(collection.Name))
            throw new InvalidException($"Can't create collection with name {collection.Name}. Alias with the same name already exists");
        var before = _state.Collections.GetValueOrDefault(collection.Name);
        var batch = new KeyValueBatch().Put(CollectionRows.CollectionKey(workspace, collection.Name), CollectionRows.Write(collection)).Delete(CollectionRows.TombstoneKey(collection.Id));
        if (before is not null)
            batch.Put(CollectionRows.TombstoneKey(before.Id), []);
        await rows.Rows.WriteAsync(batch, cancellationToken: cancellationToken);
        _state = _state with { Collections = _state.Collections.SetItem(collection.Name, collection) };
        return before;
    }

    /// <summary>Removes a collection with its aliases; null where there is none.</summary>
    public async Task<CollectionRecord?> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        if (!_state.Collections.TryGetValue(name, out var collection))
            return null;
        var batch = new KeyValueBatch().Delete(CollectionRows.CollectionKey(workspace, name)).Put(CollectionRows.TombstoneKey(collection.Id), []);
        var aliases = _state.Aliases;
        foreach (var (alias, _) in _state.Aliases.Where(alias => alias.Value == name))
        {
            batch.Delete(CollectionRows.AliasKey(workspace, alias));
            aliases = aliases.Remove(alias);
        }

        await rows.Rows.WriteAsync(batch, cancellationToken: cancellationToken);
        _state = new(_state.Collections.Remove(name), aliases);
        return collection;
    }

    /// <summary>Makes all changes of aliases, or none.</summary>
    public async Task ChangeAsync(IReadOnlyList<AliasChange> changes, CancellationToken cancellationToken)
    {
        var batch = new KeyValueBatch();
        var aliases = _state.Aliases;
        foreach (var change in changes)
        {
            if (change.RenamedTo is { } newName)
            {
                if (!aliases.TryGetValue(change.Alias, out var collection))
                    throw new NotFoundException($"Alias {change.Alias} does not exists!");
                aliases = aliases.Remove(change.Alias).SetItem(Checked(newName), collection);
                batch.Delete(CollectionRows.AliasKey(workspace, change.Alias)).Put(CollectionRows.AliasKey(workspace, newName), Encoding.UTF8.GetBytes(collection));
            }
            else if (change.Collection is { } target)
            {
                if (!_state.Collections.ContainsKey(target))
                    throw new NotFoundException($"Collection `{target}` doesn't exist!");
                aliases = aliases.SetItem(Checked(change.Alias), target);
                batch.Put(CollectionRows.AliasKey(workspace, change.Alias), Encoding.UTF8.GetBytes(target));
            }
            else
            {
                aliases = aliases.Remove(change.Alias);
                batch.Delete(CollectionRows.AliasKey(workspace, change.Alias));
            }
        }

        await rows.Rows.WriteAsync(batch, cancellationToken: cancellationToken);
        _state = _state with { Aliases = aliases };
    }

    private string Checked(string alias) => _state.Collections.ContainsKey(alias)
        ? throw new ConflictException($"Collection `{alias}` already exists!")
        : alias;
}

/// <summary>The collections and aliases of a workspace at one moment.</summary>
internal sealed record CatalogState(ImmutableSortedDictionary<string, CollectionRecord> Collections, ImmutableSortedDictionary<string, string> Aliases)
{
    /// <summary>The collection that a name or an alias means; null where it means none.</summary>
    public CollectionRecord? Find(string name) =>
        Collections.GetValueOrDefault(name) ?? (Aliases.TryGetValue(name, out var target) ? Collections.GetValueOrDefault(target) : null);
}

/// <summary>Opens catalogues.</summary>
internal sealed class CatalogFactory(CollectionRows rows, CollectionKeeping keeping) : IOwnerFactory<CollectionCatalog>
{
    public async Task<CollectionCatalog> CreateAsync(string key, CancellationToken cancellationToken)
    {
        var catalog = new CollectionCatalog(key, rows);
        await catalog.LoadAsync(cancellationToken);
        // Deletions that a crash cut short.
        foreach (var collection in await rows.TombstonesAsync(cancellationToken))
            keeping.Remove(collection);
        return catalog;
    }
}
