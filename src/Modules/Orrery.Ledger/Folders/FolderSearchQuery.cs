using System.Linq.Expressions;
using LinqToDB;
using LinqToDB.Data;
using Orrery.Ledger.Search;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Folders;

/// <summary>A search of folders as a query.</summary>
internal sealed class FolderSearchQuery(IReadOnlyList<Comparison> filter, IReadOnlyList<SortClause> order, Lifecycle? stage, SearchPage page)
{
    private static readonly SearchVocabulary Vocabulary = new(
        "experiments",
        new Dictionary<string, SearchSubject>(SearchVocabulary.TagsAndAttributes),
        new Dictionary<string, SearchField>(
        [
            .. SearchVocabulary.Text("name"), .. SearchVocabulary.Number("experiment_id"),
            .. SearchVocabulary.Number("creation_time"), .. SearchVocabulary.Number("last_update_time"),
        ]));

    public SearchPage Page => page;

    public static FolderSearchQuery Parse(FolderSearch search) => new(
        FilterParser.Parse(Vocabulary, search.Filter),
        [.. (search.OrderBy ?? []).Select(clause => FilterParser.ParseOrder(Vocabulary, clause))],
        search.Stage, SearchPage.Of(search.Limit, search.Cursor));

    public IQueryable<FolderRow> Apply(DataConnection connection, Caller caller)
    {
        var folders = connection.GetTable<FolderRow>().Where(row => row.Workspace == caller.Workspace);
        folders = stage switch
        {
            Lifecycle.Active => folders.Where(row => row.DeletedAt == null),
            Lifecycle.Deleted => folders.Where(row => row.DeletedAt != null),
            _ => folders,
        };
        foreach (var comparison in filter)
            folders = Where(connection, folders, comparison);
        return Sorted(folders).Skip(page.Skip).Take(page.Wanted);
    }

    private static IQueryable<FolderRow> Where(DataConnection connection, IQueryable<FolderRow> folders, Comparison comparison)
    {
        if (comparison.Field.Subject != SearchSubject.Tag)
        {
            return folders.Where(comparison.Field.Key switch
            {
                "name" => Conditions.Text<FolderRow>(row => row.Name, comparison),
                "experiment_id" => Conditions.Whole<FolderRow>(row => row.Number, comparison),
                "creation_time" => Conditions.Time<FolderRow>(row => row.CreatedAt, comparison),
                _ => Conditions.Time<FolderRow>(row => row.UpdatedAt, comparison),
            });
        }

        var name = comparison.Field.Key;
        var tags = connection.GetTable<FolderTagRow>().Where(tag => tag.Name == name);
        if (comparison.Comparator == Comparator.IsNull)
            return folders.Where(row => !tags.Any(tag => tag.FolderKey == row.Key));
        if (comparison.Comparator != Comparator.IsNotNull)
            tags = tags.Where(Conditions.Text<FolderTagRow>(tag => tag.Value, comparison));
        return folders.Where(row => tags.Any(tag => tag.FolderKey == row.Key));
    }

    private IOrderedQueryable<FolderRow> Sorted(IQueryable<FolderRow> folders)
    {
        if (order.Count == 0)
            return folders.OrderByDescending(row => row.CreatedAt).ThenBy(row => row.Number);
        IOrderedQueryable<FolderRow>? sorted = null;
        foreach (var clause in order)
        {
            sorted = clause.Field is { Subject: SearchSubject.Attribute, Key: var key }
                ? key switch
                {
                    "name" => By(sorted, folders, row => row.Name, clause.Descending),
                    "experiment_id" => By(sorted, folders, row => row.Number, clause.Descending),
                    "creation_time" => By(sorted, folders, row => row.CreatedAt, clause.Descending),
                    _ => By(sorted, folders, row => row.UpdatedAt, clause.Descending),
                }
                : throw FilterErrors.InOrder($"tags.{clause.Field.Key}", "Experiments are ordered by attributes.");
        }

        return sorted!.ThenByDescending(row => row.Number);
    }

    private static IOrderedQueryable<FolderRow> By<T>(
        IOrderedQueryable<FolderRow>? sorted, IQueryable<FolderRow> folders, Expression<Func<FolderRow, T>> key, bool descending) => (sorted, descending) switch
        {
            (null, false) => folders.OrderBy(key),
            (null, true) => folders.OrderByDescending(key),
            (_, false) => sorted.ThenBy(key),
            (_, true) => sorted.ThenByDescending(key),
        };
}
