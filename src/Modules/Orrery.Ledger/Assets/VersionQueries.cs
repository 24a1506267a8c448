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

        var version = await connection.GetTable<VersionRow>().SingleOrDefaultAsync(row => row.AssetId == asset.Id && row.Number == number, cancellationToken);
        return version is null ? null : (await connection.WithTagsAsync(asset, [version], cancellationToken))[0];
    }

    public static Task<AssetRow?> AssetAsync(this DataConnection connection, Caller caller, AssetKind kind, string name, CancellationToken cancellationToken)
    {
        var kindName = kind.ToString();
        return connection.GetTable<AssetRow>()
            .SingleOrDefaultAsync(row => row.Workspace == caller.Workspace && row.Kind == kindName && row.Name == name, cancellationToken);
    }

    public static async Task<IReadOnlyList<AssetVersion>> WithTagsAsync(
        this DataConnection connection, AssetRow asset, IReadOnlyList<VersionRow> versions, CancellationToken cancellationToken)
    {
        var ids = versions.Select(row => row.Id).ToList();
        var tags = (await connection.GetTable<VersionTagRow>().Where(tag => ids.Contains(tag.VersionId)).ToListAsync(cancellationToken))
            .ToLookup(tag => tag.VersionId);
        return [.. versions.Select(row => row.ToVersion(asset, tags[row.Id].ToDictionary(tag => tag.Name, tag => tag.Value)))];
    }

    /// <summary>Says what is missing, and what the caller may have meant.</summary>
    public static async Task<NotFoundException> MissingAsync(this DataConnection connection, Caller caller, AssetRef reference, CancellationToken cancellationToken)
    {
        var asset = await connection.AssetAsync(caller, reference.Kind, reference.Name, cancellationToken);
        if (asset is null)
        {
            var kind = reference.Kind.ToString();
            var names = await connection.GetTable<AssetRow>().Where(row => row.Workspace == caller.Workspace && row.Kind == kind)
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

        return new($"{reference.Kind}/{reference.Name} has no version {reference.Number}; the latest is {asset.LatestVersion}.");
    }
}
