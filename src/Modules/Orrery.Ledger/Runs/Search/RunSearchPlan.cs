using LinqToDB;
using LinqToDB.Data;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Runs.Metrics;
using Orrery.Ledger.Search;

namespace Orrery.Ledger.Runs.Search;

/// <summary>The ways to the page of a search.</summary>
internal sealed class RunSearchPlan(
    DataConnection connection, IReadOnlyList<long> folders, Lifecycle? stage, IReadOnlyList<Comparison> filter, IReadOnlyList<SortClause> order,
    IReadOnlyDictionary<string, long> metrics)
{
    private readonly RunConditions _conditions = new(connection, metrics);

    /// <summary>The conditions that a range of the index on metrics' values answers.</summary>
    public IEnumerable<Comparison> Ranges => filter.Where(IsRange);

    /// <summary>The metric rows that meet a condition, in these folders; deleted runs among them.</summary>
    public IQueryable<RunMetricRow> Candidates(Comparison comparison) => InFolders(_conditions.Metrics(comparison));

    /// <summary>All runs that meet the filter, in order, beginning from the rows that meet <paramref name="first"/>.</summary>
    public IQueryable<RunRow> From(Comparison first) => Sorted(Found(first));

    /// <summary>All runs of the folders that meet the filter, in order.</summary>
    public IQueryable<RunRow> All() => Sorted(Found(null));

    /// <summary>All runs that meet the filter, in no order: beginning from the rows that meet <paramref name="first"/>, or from the folders' runs.</summary>
    public IQueryable<RunRow> Found(Comparison? first)
    {
        if (first is null)
            return Filtered(InFolders(connection.GetTable<RunRow>()), null);
        // Two tables without a condition between them are a CROSS JOIN, by which SQLite keeps their order (sqlite.org/optoverview.html#crossjoin).
        var runs = from row in Candidates(first)
                   from run in connection.GetTable<RunRow>()
                   where run.Key == row.RunKey
                   select run;
        return Filtered(runs, first);
    }

    /// <summary>The runs that meet the filter along the values of the metric that they are ordered by; null where that is not the order.</summary>
    public IQueryable<RunRow>? AlongMetric()
    {
        if (folders.Count != 1 || order is not [{ Field: { Subject: SearchSubject.Metric } field } clause])
            return null;
        var key = metrics.GetValueOrDefault(field.Key, -1);
        var folder = folders[0];
        var values = connection.GetTable<RunMetricRow>().Where(row => row.FolderKey == folder && row.MetricKey == key && row.Value != null);
        foreach (var comparison in filter.Where(comparison => comparison.Field == field && IsRange(comparison)))
            values = values.Where(Conditions.Number<RunMetricRow>(row => row.Value, comparison));
        var runs = Filtered(connection.GetTable<RunRow>(), null, field);
        var along = from row in values
                    from run in runs
                    where run.Key == row.RunKey
                    select new { row.Value, run };
        var sorted = clause.Descending ? along.OrderByDescending(pair => pair.Value) : along.OrderBy(pair => pair.Value);
        return sorted.ThenByDescending(pair => pair.run.StartedAt).ThenBy(pair => pair.run.Id).Select(pair => pair.run);
    }

    private IQueryable<RunRow> Sorted(IQueryable<RunRow> runs) => new RunOrder(connection, metrics).Sort(runs, order);

    private IQueryable<RunRow> Filtered(IQueryable<RunRow> runs, Comparison? met, SearchField? ranged = null)
    {
        runs = stage switch
        {
            Lifecycle.Active => runs.Where(run => run.DeletedAt == null),
            Lifecycle.Deleted => runs.Where(run => run.DeletedAt != null),
            _ => runs,
        };
        foreach (var comparison in filter)
        {
            if (comparison != met && !(comparison.Field == ranged && IsRange(comparison)))
                runs = _conditions.Where(runs, comparison);
        }

        return runs;
    }

    private IQueryable<RunMetricRow> InFolders(IQueryable<RunMetricRow> rows)
    {
        if (folders is not [var one])
            return rows.Where(row => folders.Contains(row.FolderKey));
        return rows.Where(row => row.FolderKey == one);
    }

    private IQueryable<RunRow> InFolders(IQueryable<RunRow> runs)
    {
        if (folders is not [var one])
            return runs.Where(run => folders.Contains(run.FolderKey));
        return runs.Where(run => run.FolderKey == one);
    }

    private static bool IsRange(Comparison comparison) => comparison is
    {
        Field.Subject: SearchSubject.Metric,
        Comparator: Comparator.Equal or Comparator.Less or Comparator.LessOrEqual or Comparator.Greater or Comparator.GreaterOrEqual,
    };
}
