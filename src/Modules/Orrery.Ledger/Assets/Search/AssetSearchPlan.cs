using System.Linq.Expressions;
using LinqToDB.Data;
using LinqToDB;
using Orrery.Kernel;
using Orrery.Ledger.Search;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Assets.Search;

/// <summary>A search as it was read: which kind, which conditions, which order, which page.</summary>
internal sealed record AssetSearchPlan(AssetKind Kind, IReadOnlyList<Comparison> Filter, IReadOnlyList<SortClause> Order, SearchPage Page)
{
    private static readonly Dictionary<string, SearchSubject> Subjects = new(SearchVocabulary.TagsAndAttributes);

    private static readonly SearchVocabulary AssetWords = new("registered models", Subjects, new Dictionary<string, SearchField>(
    [
        .. SearchVocabulary.Text("name"), .. SearchVocabulary.Number("creation_timestamp"), .. SearchVocabulary.Number("last_updated_timestamp", "timestamp"),
    ]));

    private static readonly SearchVocabulary VersionWords = new("model versions", Subjects, new Dictionary<string, SearchField>(
    [
        .. SearchVocabulary.Text("name"), .. SearchVocabulary.Number("version_number"), .. SearchVocabulary.Text("run_id"), .. SearchVocabulary.Text("source_path"),
        .. SearchVocabulary.Number("creation_timestamp"), .. SearchVocabulary.Number("last_updated_timestamp"),
    ]));

    public static AssetSearchPlan OfAssets(AssetSearch search) => Read(AssetWords, search);

    public static AssetSearchPlan OfVersions(AssetSearch search) => Read(VersionWords, search);

    public IQueryable<AssetRow> Assets(DataConnection connection, Caller caller)
    {
        var kind = Kind.ToString();
        var assets = connection.GetTable<AssetRow>().Where(row => row.Workspace == caller.Workspace && row.Kind == kind && row.DeletedAt == 0);
        foreach (var comparison in Filter)
        {
            assets = comparison.Field.Subject == SearchSubject.Tag
                ? Tagged(connection, assets, comparison)
                : assets.Where(comparison.Field.Key switch
                {
                    "name" => Conditions.Text<AssetRow>(row => row.Name, comparison),
                    "creation_timestamp" => Conditions.Time<AssetRow>(row => row.CreatedAt, comparison),
                    _ => Conditions.Time<AssetRow>(row => row.UpdatedAt, comparison),
                });
        }

        var sorted = new Sorting<AssetRow>(assets);
        foreach (var clause in Order)
        {
            sorted = Attribute(clause, "Registered models") switch
            {
                "name" => sorted.By(row => row.Name, clause.Descending),
                "creation_timestamp" => sorted.By(row => row.CreatedAt / 1000, clause.Descending),
                _ => sorted.By(row => row.UpdatedAt / 1000, clause.Descending),
            };
        }

        return sorted.By(row => row.Name, descending: false).Rows.Skip(Page.Skip).Take(Page.Wanted);
    }

    public IQueryable<FoundVersion> Versions(DataConnection connection, Caller caller)
    {
        var kind = Kind.ToString();
        var versions = from version in connection.GetTable<VersionRow>()
                       join asset in connection.GetTable<AssetRow>() on version.AssetId equals asset.Id
                       where asset.Workspace == caller.Workspace && asset.Kind == kind && asset.DeletedAt == 0 && version.DeletedAt == null
                       select new FoundVersion { Asset = asset, Version = version };
        foreach (var comparison in Filter)
        {
            versions = comparison.Field.Subject == SearchSubject.Tag
                ? Tagged(connection, versions, comparison)
                : versions.Where(comparison.Field.Key switch
                {
                    "name" => Conditions.Text<FoundVersion>(row => row.Asset.Name, comparison),
                    "version_number" => Conditions.Whole<FoundVersion>(row => row.Version.Number, comparison),
                    "run_id" => Conditions.Text<FoundVersion>(row => row.Version.SourceRun, comparison),
                    "source_path" => Conditions.Text<FoundVersion>(row => row.Version.Source, comparison),
                    "creation_timestamp" => Conditions.Time<FoundVersion>(row => row.Version.CreatedAt, comparison),
                    _ => Conditions.Time<FoundVersion>(row => row.Version.UpdatedAt, comparison),
                });
        }

        var sorted = new Sorting<FoundVersion>(versions);
        foreach (var clause in Order)
        {
            sorted = Attribute(clause, "Model versions") switch
            {
                "name" => sorted.By(row => row.Asset.Name, clause.Descending),
                "version_number" => sorted.By(row => row.Version.Number, clause.Descending),
                "creation_timestamp" => sorted.By(row => row.Version.CreatedAt / 1000, clause.Descending),
                "last_updated_timestamp" => sorted.By(row => row.Version.UpdatedAt / 1000, clause.Descending),
                var key => throw FilterErrors.InOrder(key, "Model versions are ordered by name, version_number, creation_timestamp, last_updated_timestamp."),
            };
        }

        // Clients see milliseconds, so what differs by less is ordered by name.
        if (Order.Count == 0)
            sorted = sorted.By(row => row.Version.UpdatedAt / 1000, descending: true);
        return sorted.By(row => row.Asset.Name, descending: false).By(row => row.Version.Number, descending: true).Rows.Skip(Page.Skip).Take(Page.Wanted);
    }

    private static AssetSearchPlan Read(SearchVocabulary words, AssetSearch search)
    {
        var (tag, kind) = (search.Kinds.Tag, search.Kinds.Unset);
        var filter = new List<Comparison>();
        foreach (var comparison in FilterParser.Parse(words, search.Filter))
        {
            if (comparison.Field.Subject != SearchSubject.Tag || comparison.Field.Key != tag)
                filter.Add(comparison);
            else if (IsTrue(comparison))
                kind = search.Kinds.Set;
        }

        return new(kind, filter, [.. (search.OrderBy ?? []).Select(clause => FilterParser.ParseOrder(words, clause))], SearchPage.Of(search.Limit, search.Cursor));
    }

    private static bool IsTrue(Comparison comparison) => comparison.Comparator switch
    {
        Comparator.Equal => comparison.Text.Equals("true", StringComparison.OrdinalIgnoreCase),
        Comparator.NotEqual => comparison.Text.Equals("false", StringComparison.OrdinalIgnoreCase),
        Comparator.IsNotNull => true,
        _ => false,
    };

    private static string Attribute(SortClause clause, string what) => clause.Field.Subject == SearchSubject.Attribute
        ? clause.Field.Key
        : throw FilterErrors.InOrder($"tags.{clause.Field.Key}", $"{what} are ordered by attributes.");

    private static IQueryable<AssetRow> Tagged(DataConnection connection, IQueryable<AssetRow> assets, Comparison comparison)
    {
        var name = comparison.Field.Key;
        var tags = connection.GetTable<AssetTagRow>().Where(tag => tag.Name == name);
        if (comparison.Comparator == Comparator.IsNull)
            return assets.Where(row => !tags.Any(tag => tag.AssetId == row.Id));
        if (comparison.Comparator != Comparator.IsNotNull)
            tags = tags.Where(Conditions.Text<AssetTagRow>(tag => tag.Value, comparison));
        return assets.Where(row => tags.Any(tag => tag.AssetId == row.Id));
    }

    private static IQueryable<FoundVersion> Tagged(DataConnection connection, IQueryable<FoundVersion> versions, Comparison comparison)
    {
        var name = comparison.Field.Key;
        var tags = connection.GetTable<VersionTagRow>().Where(tag => tag.Name == name);
        if (comparison.Comparator == Comparator.IsNull)
            return versions.Where(row => !tags.Any(tag => tag.VersionId == row.Version.Id));
        if (comparison.Comparator != Comparator.IsNotNull)
            tags = tags.Where(Conditions.Text<VersionTagRow>(tag => tag.Value, comparison));
        return versions.Where(row => tags.Any(tag => tag.VersionId == row.Version.Id));
    }
}

/// <summary>A version with its asset.</summary>
internal sealed class FoundVersion
{
    public required AssetRow Asset { get; init; }
    public required VersionRow Version { get; init; }
}

/// <summary>A query that is ordered clause by clause.</summary>
internal readonly struct Sorting<T>(IQueryable<T> rows, IOrderedQueryable<T>? sorted = null)
{
    public IQueryable<T> Rows => sorted ?? rows;

    public Sorting<T> By<TKey>(Expression<Func<T, TKey>> key, bool descending) => new(rows, (sorted, descending) switch
    {
        (null, false) => rows.OrderBy(key),
        (null, true) => rows.OrderByDescending(key),
        (_, false) => sorted.ThenBy(key),
        (_, true) => sorted.ThenByDescending(key),
    });
}
