using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Assets;

/// <summary>Reads versions; every list costs a fixed number of statements.</summary>
internal static class VersionQueries
{
    private const int NamesForHint = 1000;
    private const int IdsAtOnce = 500; // SQLite takes 32,766 parameters a statement, but plans a long IN list slowly

    public static async Task<AssetVersion?> FindAsync(this DataConnection connection, Caller caller, AssetRef reference, CancellationToken cancellationToken)
    {
        if (await connection.AssetAsync(caller, reference.Kind, reference.Name, cancellationToken) is not { } asset)
            return null;
        var number = asset.LatestVersion;
        if (reference.Number is { } given)
            number = given;
        else if (reference.Alias is { } alias)
        {
            number = await connection.GetTable<AliasRow>().Where(row => row.AssetId == asset.Id && row.Alias == alias)
                .Select(row => row.Number).FirstOrDefaultAsync(cancellationToken);
        }

        var version = await connection.GetTable<VersionRow>()
            .SingleOrDefaultAsync(row => row.AssetId == asset.Id && row.Number == number && row.DeletedAt == null, cancellationToken);
        return version is null ? null : (await connection.WithLabelsAsync(asset, [version], cancellationToken))[0];
    }

    public static Task<AssetRow?> AssetAsync(this DataConnection connection, Caller caller, AssetKind kind, string name, CancellationToken cancellationToken)
    {
        var kindName = kind.ToString();
        return connection.GetTable<AssetRow>()
            .SingleOrDefaultAsync(row => row.Workspace == caller.Workspace && row.Kind == kindName && row.Name == name && row.DeletedAt == 0, cancellationToken);
    }

    /// <summary>Versions of one asset with their tags and aliases.</summary>
    public static Task<IReadOnlyList<AssetVersion>> WithLabelsAsync(
        this DataConnection connection, AssetRow asset, IReadOnlyList<VersionRow> versions, CancellationToken cancellationToken) =>
        connection.WithLabelsAsync([.. versions.Select(version => (asset, version))], cancellationToken);

    /// <summary>Versions with their tags and aliases, in the given order, in two statements for every 500 of them.</summary>
    public static async Task<IReadOnlyList<AssetVersion>> WithLabelsAsync(
        this DataConnection connection, IReadOnlyList<(AssetRow Asset, VersionRow Version)> versions, CancellationToken cancellationToken)
    {
        var tags = new List<VersionTagRow>();
        foreach (var ids in versions.Select(row => row.Version.Id).Chunk(IdsAtOnce))
            tags.AddRange(await connection.GetTable<VersionTagRow>().Where(tag => ids.Contains(tag.VersionId)).ToListAsync(cancellationToken));
        var aliases = new List<AliasRow>();
        foreach (var ids in versions.Select(row => row.Asset.Id).Distinct().Chunk(IdsAtOnce))
            aliases.AddRange(await connection.GetTable<AliasRow>().Where(alias => ids.Contains(alias.AssetId)).OrderBy(alias => alias.Alias).ToListAsync(cancellationToken));
        var tagsOf = tags.ToLookup(tag => tag.VersionId);
        var aliasesOf = aliases.ToLookup(alias => (alias.AssetId, alias.Number), alias => alias.Alias);
        return
        [
            .. versions.Select(row => row.Version.ToVersion(
                row.Asset, tagsOf[row.Version.Id].ToDictionary(tag => tag.Name, tag => tag.Value), [.. aliasesOf[(row.Asset.Id, row.Version.Number)]])),
        ];
    }

    /// <summary>Assets with their tags and aliases, in the given order.</summary>
    public static async Task<IReadOnlyList<Asset>> WithLabelsAsync(this DataConnection connection, IReadOnlyList<AssetRow> assets, CancellationToken cancellationToken)
    {
        var (tags, aliases) = (new List<AssetTagRow>(), new List<AliasRow>());
        foreach (var ids in assets.Select(row => row.Id).Chunk(IdsAtOnce))
        {
            tags.AddRange(await connection.GetTable<AssetTagRow>().Where(tag => ids.Contains(tag.AssetId)).ToListAsync(cancellationToken));
            aliases.AddRange(await connection.GetTable<AliasRow>().Where(alias => ids.Contains(alias.AssetId)).OrderBy(alias => alias.Alias).ToListAsync(cancellationToken));
        }

        var (tagsOf, aliasesOf) = (tags.ToLookup(tag => tag.AssetId), aliases.ToLookup(alias => alias.AssetId));
        return [.. assets.Select(row => row.ToAsset(aliasesOf[row.Id], tagsOf[row.Id]))];
    }

    /// <summary>Says what is missing, and what the caller may have meant.</summary>
    public static async Task<NotFoundException> MissingAsync(this DataConnection connection, Caller caller, AssetRef reference, CancellationToken cancellationToken)
    {
        var asset = await connection.AssetAsync(caller, reference.Kind, reference.Name, cancellationToken);
        if (asset is null)
        {
            var kind = reference.Kind.ToString();
            var names = await connection.GetTable<AssetRow>().Where(row => row.Workspace == caller.Workspace && row.Kind == kind && row.DeletedAt == 0)
                .OrderBy(row => row.Name).Select(row => row.Name).Take(NamesForHint).ToListAsync(cancellationToken);
            var nearest = NearestName.Of(reference.Name, names);
            var hint = nearest is not null ? $" Did you mean '{nearest}'?" : names.Count == 0 ? $" There is no {kind} at all yet." : "";
            return new($"There is no {kind} '{reference.Name}' in workspace '{caller.Workspace}'.{hint}");
        }

        if (reference.Alias is { } alias)
        {
            var aliases = await connection.GetTable<AliasRow>().Where(row => row.AssetId == asset.Id).OrderBy(row => row.Alias)
                .Select(row => row.Alias).Take(20).ToListAsync(cancellationToken);
            return new($"{reference.Kind}/{reference.Name} has no alias '{alias}'; it has {(aliases.Count == 0 ? "none" : string.Join(", ", aliases))}.");
        }

        return asset.LatestVersion == 0 ? new($"{reference.Kind}/{reference.Name} has no version yet.")
            : new($"{reference.Kind}/{reference.Name} has no version {reference.Number}; the latest is {asset.LatestVersion}.");
    }
}
