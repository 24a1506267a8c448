using System.Linq.Expressions;
using LinqToDB;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Search;
using Orrery.Platform.Access;

namespace Orrery.Ledger.LoggedModels;

/// <summary>A search of logged models as a query.</summary>
internal sealed class LoggedModelSearchQuery(
    LoggedModelSearch search, IReadOnlyList<Comparison> filter, IReadOnlyList<(SearchField Field, LoggedModelOrder Clause)> order, SearchPage page)
{
    private static readonly SearchVocabulary Vocabulary = new(
        "logged models",
        new Dictionary<string, SearchSubject>(SearchVocabulary.TagsAndAttributes)
        {
            ["metric"] = SearchSubject.Metric,
            ["metrics"] = SearchSubject.Metric,
            ["param"] = SearchSubject.Parameter,
            ["params"] = SearchSubject.Parameter,
        },
        new Dictionary<string, SearchField>(
        [
            .. SearchVocabulary.Text("name"), .. SearchVocabulary.Text("model_id"), .. SearchVocabulary.Text("model_type"), .. SearchVocabulary.Text("status"),
            .. SearchVocabulary.Text("source_run_id"), .. SearchVocabulary.Number("creation_timestamp", "creation_time", "creation_timestamp_ms"),
            .. SearchVocabulary.Number("last_updated_timestamp", "last_updated_time", "last_updated_timestamp_ms"),
        ]));

    public SearchPage Page => page;

    public static LoggedModelSearchQuery Parse(LoggedModelSearch search) => new(
        search, FilterParser.Parse(Vocabulary, search.Filter), [.. (search.OrderBy ?? []).Select(clause => (FieldOf(clause), clause))], SearchPage.Of(search.Limit, search.Cursor));

    public IQueryable<LoggedModelRow> Apply(DataConnection connection, Caller caller)
    {
        var numbers = search.Folders;
        var folders = connection.GetTable<FolderRow>().Where(row => row.Workspace == caller.Workspace && numbers.Contains(row.Number)).Select(row => row.Key);
        var models = connection.GetTable<LoggedModelRow>().Where(row => row.Workspace == caller.Workspace && row.DeletedAt == null && folders.Contains(row.FolderKey));
        var onDatasets = OnAny(connection.GetTable<LoggedModelMetricRow>(), search.Datasets ?? []);
        if (search.Datasets is { Count: > 0 } && !filter.Any(comparison => comparison.Field.Subject == SearchSubject.Metric))
            models = models.Where(model => onDatasets.Any(metric => metric.ModelKey == model.Key));
        foreach (var comparison in filter)
            models = Where(connection, models, onDatasets, comparison);
        return Sorted(connection, models).Skip(page.Skip).Take(page.Wanted);
    }

    private static IQueryable<LoggedModelRow> Where(
        DataConnection connection, IQueryable<LoggedModelRow> models, IQueryable<LoggedModelMetricRow> metrics, Comparison comparison)
    {
        var name = comparison.Field.Key;
        var present = comparison.Comparator is Comparator.IsNull or Comparator.IsNotNull;
        switch (comparison.Field.Subject)
        {
            case SearchSubject.Metric:
                var values = metrics.Where(row => row.Name == name);
                if (!present)
                    values = values.Where(Conditions.Number<LoggedModelMetricRow>(row => row.Value, comparison));
                return comparison.Comparator == Comparator.IsNull
                    ? models.Where(model => !values.Any(row => row.ModelKey == model.Key))
                    : models.Where(model => values.Any(row => row.ModelKey == model.Key));
            case SearchSubject.Parameter:
                var parameters = connection.GetTable<LoggedModelParameterRow>().Where(row => row.Name == name);
                if (!present)
                    parameters = parameters.Where(Conditions.Text<LoggedModelParameterRow>(row => row.Value, comparison));
                return comparison.Comparator == Comparator.IsNull
                    ? models.Where(model => !parameters.Any(row => row.ModelKey == model.Key))
                    : models.Where(model => parameters.Any(row => row.ModelKey == model.Key));
            case SearchSubject.Tag:
                var tags = connection.GetTable<LoggedModelTagRow>().Where(row => row.Name == name);
                if (!present)
                    tags = tags.Where(Conditions.Text<LoggedModelTagRow>(row => row.Value, comparison));
                return comparison.Comparator == Comparator.IsNull
                    ? models.Where(model => !tags.Any(row => row.ModelKey == model.Key))
                    : models.Where(model => tags.Any(row => row.ModelKey == model.Key));
            default:
                return models.Where(Attribute(comparison));
        }
    }

    private static Expression<Func<LoggedModelRow, bool>> Attribute(Comparison comparison) => comparison.Field.Key switch
    {
        "creation_timestamp" => Conditions.Time<LoggedModelRow>(row => row.CreatedAt, comparison),
        "last_updated_timestamp" => Conditions.Time<LoggedModelRow>(row => row.UpdatedAt, comparison),
        "status" => Conditions.Text<LoggedModelRow>(row => row.Status, comparison with { Texts = [.. comparison.Texts.Select(text => text.ToLowerInvariant())] }),
        var name => Conditions.Text(Column(name), comparison),
    };

    private static Expression<Func<LoggedModelRow, string?>> Column(string name) => name switch
    {
        "name" => row => row.Name,
        "model_id" => row => row.Id,
        "model_type" => row => row.Type,
        "source_run_id" => row => row.SourceRun,
        _ => row => row.Status,
    };

    private static IQueryable<LoggedModelMetricRow> OnAny(IQueryable<LoggedModelMetricRow> metrics, IReadOnlyList<DatasetChoice> datasets)
    {
        if (datasets.Count == 0)
            return metrics;
        IQueryable<LoggedModelMetricRow>? any = null;
        foreach (var dataset in datasets)
        {
            var on = On(metrics, dataset);
            any = any is null ? on : any.Union(on);
        }

        return any!;
    }

    private static IQueryable<LoggedModelMetricRow> On(IQueryable<LoggedModelMetricRow> metrics, DatasetChoice dataset)
    {
        var (name, digest) = (dataset.Name, dataset.Digest);
        var on = metrics.Where(row => row.DatasetName == name);
        return digest is null ? on : on.Where(row => row.DatasetDigest == digest);
    }

    private IQueryable<LoggedModelRow> Sorted(DataConnection connection, IQueryable<LoggedModelRow> models)
    {
        IOrderedQueryable<LoggedModelRow>? sorted = null;
        foreach (var (field, clause) in order)
        {
            if (field.Subject == SearchSubject.Metric)
            {
                var name = field.Key;
                var values = connection.GetTable<LoggedModelMetricRow>().Where(row => row.Name == name);
                if (clause.Dataset is { } dataset)
                    values = On(values, dataset);
                // The last one counts; a model without one comes last whichever way it goes.
                Then(model => values.Any(row => row.ModelKey == model.Key && row.Value != null) ? 0 : 1, false);
                Then(model => values.Where(row => row.ModelKey == model.Key).OrderByDescending(row => row.Time).ThenByDescending(row => row.Step).Select(row => row.Value).FirstOrDefault(), clause.Descending);
            }
            else if (field.Key == "creation_timestamp")
                Then(model => model.CreatedAt, clause.Descending);
            else if (field.Key == "last_updated_timestamp")
                Then(model => model.UpdatedAt, clause.Descending);
            else
                Then(Column(field.Key), clause.Descending);
        }

        Then(model => model.CreatedAt, true);
        Then(model => model.Id, false);
        return sorted!;

        void Then<T>(Expression<Func<LoggedModelRow, T>> key, bool descending) => sorted = (sorted, descending) switch
        {
            (null, false) => models.OrderBy(key),
            (null, true) => models.OrderByDescending(key),
            (_, false) => sorted.ThenBy(key),
            (_, true) => sorted.ThenByDescending(key),
        };
    }

    // The name comes by itself, so it needs no quotes.
    private static SearchField FieldOf(LoggedModelOrder clause)
    {
        var dot = clause.Field.IndexOf('.', StringComparison.Ordinal);
        var field = dot < 0 ? Vocabulary.Find(null, clause.Field, out _) : Vocabulary.Find(clause.Field[..dot], clause.Field[(dot + 1)..].Trim('`', '"'), out _);
        return field is { Subject: SearchSubject.Metric or SearchSubject.Attribute }
            ? field
            : throw new InvalidException($"Invalid order by field name: {clause.Field}. Logged models are ordered by metrics and attributes.");
    }
}
