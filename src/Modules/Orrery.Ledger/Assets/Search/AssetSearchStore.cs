using LinqToDB;
using LinqToDB.Async;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Assets.Search;

/// <summary>Searches the catalogue on the relational port.</summary>
internal sealed class AssetSearchStore(IDatabase database) : IAssetSearch
{
    private const int IdsAtOnce = 500;

    public Task<Page<Asset>> AssetsAsync(Caller caller, AssetSearch search, CancellationToken cancellationToken = default)
    {
        var plan = AssetSearchPlan.OfAssets(search);
        return database.ReadAsync(async (connection, token) =>
        {
            var page = plan.Page.Cut(await plan.Assets(connection, caller).ToListAsync(token));
            return new Page<Asset>(await connection.WithLabelsAsync(page.Items, token), page.Next);
        }, cancellationToken);
    }

    public Task<Page<AssetVersion>> VersionsAsync(Caller caller, AssetSearch search, CancellationToken cancellationToken = default)
    {
        var plan = AssetSearchPlan.OfVersions(search);
        return database.ReadAsync(async (connection, token) =>
        {
            var page = plan.Page.Cut(await plan.Versions(connection, caller).ToListAsync(token));
            return new Page<AssetVersion>(await connection.WithLabelsAsync([.. page.Items.Select(row => (row.Asset, row.Version))], token), page.Next);
        }, cancellationToken);
    }

    public Task<ILookup<AssetId, AssetVersion>> LatestByStageAsync(Caller caller, IReadOnlyList<AssetId> assets, CancellationToken cancellationToken = default) =>
        database.ReadAsync(async (connection, token) =>
        {
            var found = new List<AssetVersion>();
            foreach (var ids in assets.Select(id => id.ToString()).Chunk(IdsAtOnce))
            {
                var there = connection.GetTable<VersionRow>().Where(row => ids.Contains(row.AssetId) && row.DeletedAt == null);
                var newest = from version in there
                             group version by new { version.AssetId, version.Stage } into staged
                             select new { staged.Key.AssetId, Number = staged.Max(version => version.Number) };
                var rows = await (from version in there
                                  join latest in newest on new { version.AssetId, version.Number } equals new { latest.AssetId, latest.Number }
                                  join asset in connection.GetTable<AssetRow>() on version.AssetId equals asset.Id
                                  where asset.Workspace == caller.Workspace
                                  orderby version.Number
                                  select new { asset, version }).ToListAsync(token);
                found.AddRange(await connection.WithLabelsAsync([.. rows.Select(row => (row.asset, row.version))], token));
            }

            return found.ToLookup(version => version.AssetId);
        }, cancellationToken);
}
