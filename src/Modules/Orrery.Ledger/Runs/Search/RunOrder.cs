using System.Linq.Expressions;
using LinqToDB;
using LinqToDB.Data;
using Orrery.Ledger.Runs.Metrics;
using Orrery.Ledger.Search;

namespace Orrery.Ledger.Runs.Search;

/// <summary>
/// Puts runs in order by any clauses: those without a value come last whichever way it goes (and before them, of a metric, NaN), equals by their start, newest
/// first, then by id.
/// </summary>
internal sealed class RunOrder(DataConnection connection, IReadOnlyDictionary<string, long> metrics)
{
    private IOrderedQueryable<RunRow>? _sorted;

    public IQueryable<RunRow> Sort(IQueryable<RunRow> runs, IReadOnlyList<SortClause> order)
    {
        foreach (var clause in order)
            Add(runs, clause);
        if (!order.Any(clause => clause.Field is { Subject: SearchSubject.Attribute, Key: "start_time" }))
            Then(runs, run => run.StartedAt, descending: true);
        Then(runs, run => run.Id, descending: false);
        return _sorted!;
    }

    private void Add(IQueryable<RunRow> runs, SortClause clause)
    {
        var name = clause.Field.Key;
        switch (clause.Field.Subject)
        {
            case SearchSubject.Metric:
                var key = metrics.GetValueOrDefault(name, -1);
                var rows = connection.GetTable<RunMetricRow>().Where(row => row.MetricKey == key);
                Then(runs, run => rows.Any(row => row.RunKey == run.Key && row.Value != null) ? 0 : rows.Any(row => row.RunKey == run.Key) ? 1 : 2, descending: false);
                Then(runs, run => rows.Where(row => row.RunKey == run.Key).Select(row => row.Value).FirstOrDefault(), clause.Descending);
                break;
            case SearchSubject.Parameter:
                var parameters = connection.GetTable<RunParameterRow>().Where(row => row.Name == name);
                Text(runs, run => parameters.Where(row => row.RunKey == run.Key).Select(row => row.Value).FirstOrDefault(), clause.Descending);
                break;
            case SearchSubject.Tag:
                Tag(runs, name, clause.Descending);
                break;
            case SearchSubject.Attribute when name == "user_id":
                Tag(runs, RunVocabulary.UserTag, clause.Descending);
                break;
            case SearchSubject.Attribute when name == "start_time":
                Then(runs, run => run.StartedAt, clause.Descending);
                break;
            case SearchSubject.Attribute when name == "end_time":
                Then(runs, run => run.EndedAt == null ? 1 : 0, descending: false);
                Then(runs, run => run.EndedAt, clause.Descending);
                break;
            case SearchSubject.Attribute:
                Then(runs, RunConditions.Column(name), clause.Descending);
                break;
            default:
                throw FilterErrors.InOrder($"dataset.{name}", "Runs are ordered by metrics, parameters, tags and attributes.");
        }
    }

    private void Tag(IQueryable<RunRow> runs, string name, bool descending)
    {
        var tags = connection.GetTable<RunTagRow>().Where(row => row.Name == name);
        Text(runs, run => tags.Where(row => row.RunKey == run.Key).Select(row => row.Value).FirstOrDefault(), descending);
    }

    private void Text(IQueryable<RunRow> runs, Expression<Func<RunRow, string?>> value, bool descending)
    {
        var missing = Expression.Lambda<Func<RunRow, int>>(
            Expression.Condition(Expression.Equal(value.Body, Expression.Constant(null, typeof(string))), Expression.Constant(1), Expression.Constant(0)), value.Parameters);
        Then(runs, missing, descending: false);
        Then(runs, value, descending);
    }

    private void Then<T>(IQueryable<RunRow> runs, Expression<Func<RunRow, T>> key, bool descending) => _sorted = (_sorted, descending) switch
    {
        (null, false) => runs.OrderBy(key),
        (null, true) => runs.OrderByDescending(key),
        (_, false) => _sorted.ThenBy(key),
        (_, true) => _sorted.ThenByDescending(key),
    };
}
