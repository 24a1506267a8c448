using System.Linq.Expressions;
using LinqToDB;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Search;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Evaluation;

/// <summary>A search of evaluation datasets as a query.</summary>
internal sealed class EvaluationSearchQuery(EvaluationSearch search, IReadOnlyList<Comparison> filter, IReadOnlyList<SortClause> order, SearchPage page)
{
    private static readonly SearchVocabulary Words = new(
        "evaluation datasets",
        new Dictionary<string, SearchSubject>(SearchVocabulary.TagsAndAttributes),
        new Dictionary<string, SearchField>(
        [
            .. SearchVocabulary.Text("name"), .. SearchVocabulary.Text("created_by"), .. SearchVocabulary.Text("last_updated_by"),
            .. SearchVocabulary.Number("created_time"), .. SearchVocabulary.Number("last_update_time"),
        ]));

    public SearchPage Page => page;

    public static EvaluationSearchQuery Parse(EvaluationSearch search) => new(
        search, FilterParser.Parse(Words, search.Filter), [.. (search.OrderBy ?? []).Select(clause => FilterParser.ParseOrder(Words, clause))], SearchPage.Of(search.Limit, search.Cursor));

    public IQueryable<AssetRow> Apply(DataConnection connection, Caller caller)
    {
        var kind = AssetKind.EvaluationDataset.ToString();
        var assets = connection.GetTable<AssetRow>().Where(row => row.Workspace == caller.Workspace && row.Kind == kind && row.DeletedAt == 0);
        if (search.Folders is { } numbers)
        {
            var folders = connection.GetTable<FolderRow>().Where(row => row.Workspace == caller.Workspace && numbers.Contains(row.Number)).Select(row => row.Key);
            var of = connection.GetTable<EvaluationFolderRow>().Where(row => folders.Contains(row.FolderKey));
            assets = assets.Where(asset => of.Any(row => row.AssetId == asset.Id));
        }

        foreach (var comparison in filter)
            assets = Where(connection, assets, comparison);
        return Sorted(assets).Skip(page.Skip).Take(page.Wanted);
    }

    private static IQueryable<AssetRow> Where(DataConnection connection, IQueryable<AssetRow> assets, Comparison comparison)
    {
        var key = comparison.Field.Key;
        if (comparison.Field.Subject == SearchSubject.Tag)
        {
            var tags = connection.GetTable<AssetTagRow>().Where(tag => tag.Name == key);
            if (!comparison.OfPresence)
                tags = tags.Where(Conditions.Text<AssetTagRow>(tag => tag.Value, comparison));
            return comparison.Comparator == Comparator.IsNull ? assets.Where(asset => !tags.Any(tag => tag.AssetId == asset.Id)) : assets.Where(asset => tags.Any(tag => tag.AssetId == asset.Id));
        }

        return key switch
        {
            "name" => assets.Where(Conditions.Text<AssetRow>(asset => asset.Name, comparison)),
            "created_time" => assets.Where(Conditions.Time<AssetRow>(asset => asset.CreatedAt, comparison)),
            "last_update_time" => assets.Where(Conditions.Time<AssetRow>(asset => asset.UpdatedAt, comparison)),
            _ => WhereBy(connection, assets, comparison),
        };
    }

    // Who made the first version made it, and who made the last changed it last.
    private static IQueryable<AssetRow> WhereBy(DataConnection connection, IQueryable<AssetRow> assets, Comparison comparison)
    {
        var versions = connection.GetTable<VersionRow>().Where(Conditions.Text<VersionRow>(version => version.CreatedBy, comparison));
        return comparison.Field.Key == "created_by"
            ? assets.Where(asset => versions.Any(version => version.AssetId == asset.Id && version.Number == 1))
            : assets.Where(asset => versions.Any(version => version.AssetId == asset.Id && version.Number == asset.LatestVersion));
    }

    private IOrderedQueryable<AssetRow> Sorted(IQueryable<AssetRow> assets)
    {
        IOrderedQueryable<AssetRow>? sorted = null;
        foreach (var clause in order)
        {
            sorted = clause.Field.Key switch
            {
                "name" => By(sorted, assets, row => row.Name, clause.Descending),
                "created_time" => By(sorted, assets, row => row.CreatedAt, clause.Descending),
                "last_update_time" => By(sorted, assets, row => row.UpdatedAt, clause.Descending),
                var other => throw FilterErrors.InOrder(other, "Evaluation datasets are ordered by name, created_time and last_update_time."),
            };
        }

        return (sorted ?? assets.OrderByDescending(row => row.CreatedAt)).ThenByDescending(row => row.Id);
    }

    private static IOrderedQueryable<AssetRow> By<T>(
        IOrderedQueryable<AssetRow>? sorted, IQueryable<AssetRow> assets, Expression<Func<AssetRow, T>> key, bool descending) => (sorted, descending) switch
        {
            (null, false) => assets.OrderBy(key),
            (null, true) => assets.OrderByDescending(key),
            (_, false) => sorted.ThenBy(key),
            (_, true) => sorted.ThenByDescending(key),
        };
}
