using System.Linq.Expressions;
using LinqToDB;
using LinqToDB.Data;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Search;

namespace Orrery.Ledger.Traces.Search;

/// <summary>Puts traces in order by any clauses: those without a value come last whichever way it goes, equals by their start, newest first, then by id.</summary>
internal sealed class TraceOrder(DataConnection connection)
{
    private IOrderedQueryable<TraceRow>? _sorted;

    public IQueryable<TraceRow> Sort(IQueryable<TraceRow> traces, IReadOnlyList<SortClause> order)
    {
        foreach (var clause in order)
            Add(traces, clause);
        if (!order.Any(clause => clause.Field is { Subject: SearchSubject.Attribute, Key: "timestamp" }))
            Then(traces, trace => trace.StartedAt, descending: true);
        Then(traces, trace => trace.Id, descending: false);
        return _sorted!;
    }

    private void Add(IQueryable<TraceRow> traces, SortClause clause)
    {
        var (key, descending) = (clause.Field.Key, clause.Descending);
        switch (clause.Field)
        {
            case { Subject: SearchSubject.Tag }:
                Tag(traces, key, descending);
                break;
            case { Subject: SearchSubject.Metadata }:
                Metadata(traces, key, descending);
                break;
            case { Subject: SearchSubject.Attribute, Key: "name" }:
                Tag(traces, TraceKeys.Name, descending);
                break;
            case { Subject: SearchSubject.Attribute, Key: "run_id" or "model_id" or "session" or "user" }:
                Metadata(traces, key switch { "run_id" => TraceKeys.Run, "model_id" => TraceKeys.Model, "session" => TraceKeys.Session, _ => TraceKeys.User }, descending);
                break;
            case { Subject: SearchSubject.Attribute }:
                Attribute(traces, key, descending);
                break;
            default:
                throw FilterErrors.InOrder(key, "Traces are ordered by attributes, tags and metadata.");
        }
    }

    private void Attribute(IQueryable<TraceRow> traces, string key, bool descending)
    {
        switch (key)
        {
            case "request_id":
                Then(traces, trace => trace.Id, descending);
                break;
            case "status":
                Then(traces, trace => trace.State, descending);
                break;
            case "timestamp":
                Then(traces, trace => trace.StartedAt, descending);
                break;
            case "end_time":
                Maybe(traces, trace => trace.StartedAt + trace.Duration, descending);
                break;
            case "execution_time":
                Maybe(traces, trace => trace.Duration, descending);
                break;
            case "total_tokens":
                Maybe(traces, trace => trace.TotalTokens, descending);
                break;
            case "input_tokens":
                Maybe(traces, trace => trace.InputTokens, descending);
                break;
            case "output_tokens":
                Maybe(traces, trace => trace.OutputTokens, descending);
                break;
            case "cost":
                Maybe(traces, trace => trace.Cost, descending);
                break;
            case "spans":
                Then(traces, trace => trace.Spans, descending);
                break;
            case "client_request_id":
                Maybe(traces, trace => trace.ClientRequestId, descending);
                break;
            case "experiment_id":
                var folders = connection.GetTable<FolderRow>();
                Then(traces, trace => folders.Where(folder => folder.Key == trace.FolderKey).Select(folder => folder.Number).FirstOrDefault(), descending);
                break;
            default:
                throw FilterErrors.InOrder(key, $"Traces are not ordered by '{key}'.");
        }
    }

    private void Tag(IQueryable<TraceRow> traces, string name, bool descending)
    {
        var tags = connection.GetTable<TraceTagRow>().Where(row => row.Name == name);
        Maybe(traces, trace => tags.Where(row => row.TraceKey == trace.Key).Select(row => row.Value).FirstOrDefault(), descending);
    }

    private void Metadata(IQueryable<TraceRow> traces, string name, bool descending)
    {
        var rows = connection.GetTable<TraceMetadataRow>().Where(row => row.Name == name);
        Maybe(traces, trace => rows.Where(row => row.TraceKey == trace.Key).Select(row => row.Value).FirstOrDefault(), descending);
    }

    private void Maybe<T>(IQueryable<TraceRow> traces, Expression<Func<TraceRow, T?>> value, bool descending)
    {
        var missing = Expression.Lambda<Func<TraceRow, int>>(
            Expression.Condition(Expression.Equal(value.Body, Expression.Constant(null, value.ReturnType)), Expression.Constant(1), Expression.Constant(0)),
            value.Parameters);
        Then(traces, missing, descending: false);
        Then(traces, value, descending);
    }

    private void Then<T>(IQueryable<TraceRow> traces, Expression<Func<TraceRow, T>> key, bool descending) => _sorted = (_sorted, descending) switch
    {
        (null, false) => traces.OrderBy(key),
        (null, true) => traces.OrderByDescending(key),
        (_, false) => _sorted.ThenBy(key),
        (_, true) => _sorted.ThenByDescending(key),
    };
}
