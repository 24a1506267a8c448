using System.Globalization;
using LinqToDB;
using LinqToDB.Async;
using Orrery.Kernel;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Assets;

/// <summary>The catalogue on the relational port.</summary>
internal sealed class AssetStore(IDatabase database, VersionWriter versions, AssetLabels labels) : IAssets
{
    public Task<AssetVersion> AddVersionAsync(Caller caller, NewVersion version, CancellationToken cancellationToken = default)
    {
        var content = VersionContent.Of(version);
        return database.WriteAsync(transaction => versions.Add(transaction, caller, content), cancellationToken);
    }

    public Task<AssetVersion> GetAsync(Caller caller, AssetRef reference, CancellationToken cancellationToken = default) =>
        database.ReadAsync(async (connection, token) =>
            await connection.FindAsync(caller, reference, token) ?? throw await connection.MissingAsync(caller, reference, token), cancellationToken);

    public Task<AssetVersion?> FindAsync(Caller caller, AssetRef reference, CancellationToken cancellationToken = default) =>
        database.ReadAsync((connection, token) => connection.FindAsync(caller, reference, token), cancellationToken);

    public Task<AssetVersion> GetAsync(Caller caller, VersionId id, CancellationToken cancellationToken = default) =>
        database.ReadAsync(async (connection, token) =>
        {
            var key = id.ToString();
            var found = await (from version in connection.GetTable<VersionRow>()
                               join asset in connection.GetTable<AssetRow>() on version.AssetId equals asset.Id
                               where version.Id == key && asset.Workspace == caller.Workspace
                               select new { version, asset }).SingleOrDefaultAsync(token)
                ?? throw new NotFoundException($"There is no version {id} in workspace '{caller.Workspace}'.");
            return (await connection.WithLabelsAsync(found.asset, [found.version], token))[0];
        }, cancellationToken);

    public Task<Asset> GetAssetAsync(Caller caller, AssetKind kind, string name, CancellationToken cancellationToken = default) =>
        database.ReadAsync(async (connection, token) =>
        {
            var asset = await connection.AssetAsync(caller, kind, name, token) ?? throw await connection.MissingAsync(caller, new(kind, name), token);
            return (await connection.WithLabelsAsync([asset], token))[0];
        }, cancellationToken);

    public Task<Asset?> FindAssetAsync(Caller caller, AssetKind kind, string name, CancellationToken cancellationToken = default) =>
        database.ReadAsync(async (connection, token) =>
            await connection.AssetAsync(caller, kind, name, token) is { } asset ? (await connection.WithLabelsAsync([asset], token))[0] : null, cancellationToken);

    public async Task<Page<Asset>> ListAsync(Caller caller, AssetKind? kind, PageRequest request, CancellationToken cancellationToken = default)
    {
        var limit = request.CheckedLimit;
        var after = PageCursor.Read(request.Cursor, 2);
        return await database.ReadAsync(async (connection, token) =>
        {
            var assets = connection.GetTable<AssetRow>().Where(row => row.Workspace == caller.Workspace && row.DeletedAt == 0);
            if (kind is { } wanted)
            {
                var kindName = wanted.ToString();
                assets = assets.Where(row => row.Kind == kindName);
            }

            if (after is [var name, var afterKind])
                assets = assets.Where(row => row.Name.CompareTo(name) > 0 || (row.Name == name && row.Kind.CompareTo(afterKind) > 0));
            var found = await assets.OrderBy(row => row.Name).ThenBy(row => row.Kind).Take(limit + 1).ToListAsync(token);
            var page = found.ToPage(limit, row => row, row => [row.Name, row.Kind]);
            return new Page<Asset>(await connection.WithLabelsAsync(page.Items, token), page.Next);
        }, cancellationToken);
    }

    public Task<Page<AssetVersion>> ListVersionsAsync(Caller caller, AssetKind kind, string name, PageRequest page, CancellationToken cancellationToken = default)
    {
        var limit = page.CheckedLimit;
        var before = PageCursor.Read(page.Cursor, 1) is [var number] ? PageCursor.Number(number) : long.MaxValue;
        return database.ReadAsync(async (connection, token) =>
        {
            var asset = await connection.AssetAsync(caller, kind, name, token) ?? throw await connection.MissingAsync(caller, new(kind, name), token);
            var rows = await connection.GetTable<VersionRow>().Where(row => row.AssetId == asset.Id && row.Number < before && row.DeletedAt == null)
                .OrderByDescending(row => row.Number).Take(limit + 1).ToListAsync(token);
            var found = await connection.WithLabelsAsync(asset, rows, token);
            return found.ToPage(limit, version => version, version => [version.Number.ToString(CultureInfo.InvariantCulture)]);
        }, cancellationToken);
    }

    public async Task<AssetVersion?> SetAliasAsync(Caller caller, AssetRef version, string alias, CancellationToken cancellationToken = default)
    {
        LedgerNames.Check(alias, "alias");
        if (alias == "latest" || int.TryParse(alias, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            throw new InvalidException($"'{alias}' cannot be an alias: 'latest' and numbers mean versions already.");
        var target = await GetAsync(caller, version, cancellationToken);
        var before = await labels.SetAliasAsync(caller, target, alias, cancellationToken);
        return before is { } number ? await FindAsync(caller, target.Ref with { Number = number }, cancellationToken) : null;
    }

    public async Task DeleteAliasAsync(Caller caller, AssetKind kind, string name, string alias, CancellationToken cancellationToken = default)
    {
        var reference = new AssetRef(kind, name, Alias: alias);
        var version = await GetAsync(caller, reference, cancellationToken);
        await labels.DeleteAliasAsync(caller, version, alias, cancellationToken);
    }

    public async Task SetTagsAsync(Caller caller, VersionId version, IReadOnlyDictionary<string, string?> tags, CancellationToken cancellationToken = default)
    {
        foreach (var (key, value) in tags)
            LedgerNames.CheckEntry(key, value, "tag");
        var target = await GetAsync(caller, version, cancellationToken);
        await labels.SetTagsAsync(caller, target, tags, cancellationToken);
    }
}
