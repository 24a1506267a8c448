using System.Linq.Expressions;
using LinqToDB;
using LinqToDB.Data;
using Orrery.Ledger.Search;
using Orrery.Ledger.Traces.Assessments;
using Orrery.Ledger.Traces.Spans;

namespace Orrery.Ledger.Traces.Search;

/// <summary>
/// A filter as conditions on traces: a look-up by key for each trace that is met, never a join that multiplies rows. Conditions on spans hold together of
/// one span: <c>span.type = 'LLM' AND span.status = 'ERROR'</c> asks for a call of a model that failed, not for a call and a failure.
/// </summary>
internal sealed class TraceConditions(DataConnection connection)
{
    public IQueryable<TraceRow> Apply(IQueryable<TraceRow> traces, IReadOnlyList<Comparison> filter)
    {
        var ofSpans = filter.Where(comparison => comparison.Field.Subject is SearchSubject.Span or SearchSubject.SpanAttribute).ToList();
        foreach (var comparison in filter.Except(ofSpans))
            traces = Where(traces, comparison);
        if (ofSpans.Count == 0)
            return traces;
        IQueryable<SpanRow> spans = connection.GetTable<SpanRow>();
        foreach (var comparison in ofSpans)
            spans = WhereSpan(spans, comparison);
        return traces.Where(trace => spans.Any(span => span.TraceKey == trace.Key));
    }

    private IQueryable<TraceRow> Where(IQueryable<TraceRow> traces, Comparison comparison) => comparison.Field switch
    {
        { Subject: SearchSubject.Tag, Key: var key } => WhereTag(traces, key, comparison),
        { Subject: SearchSubject.Metadata, Key: TraceKeys.Run } => WhereRun(traces, comparison),
        { Subject: SearchSubject.Metadata, Key: var key } => WhereMetadata(traces, key, comparison),
        { Subject: SearchSubject.Feedback } => WhereAssessment(traces, AssessmentRows.Feedback, comparison),
        { Subject: SearchSubject.Expectation } => WhereAssessment(traces, AssessmentRows.Expectation, comparison),
        { Key: "name" } => WhereTag(traces, TraceKeys.Name, comparison),
        { Key: "run_id" } => WhereRun(traces, comparison),
        { Key: "model_id" } => WhereMetadata(traces, TraceKeys.Model, comparison),
        { Key: "session" } => WhereMetadata(traces, TraceKeys.Session, comparison),
        { Key: "user" } => WhereMetadata(traces, TraceKeys.User, comparison),
        { Key: "text" } => WhereText(traces, comparison),
        _ => traces.Where(Attribute(comparison)),
    };

    private IQueryable<TraceRow> WhereTag(IQueryable<TraceRow> traces, string name, Comparison comparison)
    {
        var rows = connection.GetTable<TraceTagRow>().Where(row => row.Name == name);
        if (!comparison.OfPresence)
            rows = rows.Where(Conditions.Text<TraceTagRow>(row => row.Value, comparison));
        return comparison.Comparator == Comparator.IsNull
            ? traces.Where(trace => !rows.Any(row => row.TraceKey == trace.Key))
            : traces.Where(trace => rows.Any(row => row.TraceKey == trace.Key));
    }

    private IQueryable<TraceRow> WhereMetadata(IQueryable<TraceRow> traces, string name, Comparison comparison)
    {
        var rows = connection.GetTable<TraceMetadataRow>().Where(row => row.Name == name);
        if (!comparison.OfPresence)
            rows = rows.Where(Conditions.Text<TraceMetadataRow>(row => row.Value, comparison));
        return comparison.Comparator == Comparator.IsNull
            ? traces.Where(trace => !rows.Any(row => row.TraceKey == trace.Key))
            : traces.Where(trace => rows.Any(row => row.TraceKey == trace.Key));
    }

    private IQueryable<TraceRow> WhereRun(IQueryable<TraceRow> traces, Comparison comparison)
    {
        IQueryable<TraceRunRow> rows = connection.GetTable<TraceRunRow>();
        if (!comparison.OfPresence)
            rows = rows.Where(Conditions.Text<TraceRunRow>(row => row.RunId, comparison));
        return comparison.Comparator == Comparator.IsNull
            ? traces.Where(trace => !rows.Any(row => row.TraceKey == trace.Key))
            : traces.Where(trace => rows.Any(row => row.TraceKey == trace.Key));
    }

    // What was overridden is not said any more.
    private IQueryable<TraceRow> WhereAssessment(IQueryable<TraceRow> traces, string kind, Comparison comparison)
    {
        var name = comparison.Field.Key;
        var rows = connection.GetTable<AssessmentRow>().Where(row => row.Kind == kind && row.Name == name && row.Valid);
        if (!comparison.OfPresence)
        {
            rows = rows.Where(comparison.Texts.Count == 0
                ? Conditions.Number<AssessmentRow>(row => row.Number, comparison) : Conditions.Text<AssessmentRow>(row => row.Text, comparison));
        }

        return comparison.Comparator == Comparator.IsNull
            ? traces.Where(trace => !rows.Any(row => row.TraceKey == trace.Key))
            : traces.Where(trace => rows.Any(row => row.TraceKey == trace.Key));
    }

    private IQueryable<TraceRow> WhereText(IQueryable<TraceRow> traces, Comparison comparison)
    {
        var spans = connection.GetTable<SpanRow>().Where(Conditions.Text<SpanRow>(span => span.Text, comparison));
        var request = Conditions.Text<TraceRow>(trace => trace.RequestPreview, comparison);
        var response = Conditions.Text<TraceRow>(trace => trace.ResponsePreview, comparison);
        Expression<Func<TraceRow, bool>> within = trace => spans.Any(span => span.TraceKey == trace.Key);
        return traces.Where(Either(Either(request, response), within));
    }

    private IQueryable<SpanRow> WhereSpan(IQueryable<SpanRow> spans, Comparison comparison)
    {
        var key = comparison.Field.Key;
        if (comparison.Field.Subject == SearchSubject.Span)
        {
            return spans.Where(key switch
            {
                "name" => Conditions.Text<SpanRow>(span => span.Name, comparison),
                "type" => Conditions.Text<SpanRow>(span => span.Type, comparison),
                "status" => Conditions.Text<SpanRow>(span => span.Status, comparison),
                _ => Conditions.Time<SpanRow>(span => span.Duration, comparison),
            });
        }

        var values = connection.GetTable<SpanValueRow>().Where(row => row.Name == key);
        if (!comparison.OfPresence)
        {
            values = values.Where(comparison.Texts.Count == 0
                ? Conditions.Number<SpanValueRow>(row => row.Number, comparison) : Conditions.Text<SpanValueRow>(row => row.Value, comparison));
        }

        return comparison.Comparator == Comparator.IsNull
            ? spans.Where(span => !values.Any(row => row.TraceKey == span.TraceKey && row.SpanId == span.Id))
            : spans.Where(span => values.Any(row => row.TraceKey == span.TraceKey && row.SpanId == span.Id));
    }

    private static Expression<Func<TraceRow, bool>> Attribute(Comparison comparison) => comparison.Field.Key switch
    {
        "request_id" => Conditions.Text<TraceRow>(trace => trace.Id, comparison),
        "status" => Conditions.Text<TraceRow>(trace => trace.State, comparison with { Texts = [.. comparison.Texts.Select(text => text.ToLowerInvariant())] }),
        "client_request_id" => Conditions.Text<TraceRow>(trace => trace.ClientRequestId, comparison),
        "timestamp" => Conditions.Time<TraceRow>(trace => trace.StartedAt, comparison),
        "end_time" => Conditions.Time<TraceRow>(trace => trace.StartedAt + trace.Duration, comparison),
        "execution_time" => Conditions.Time<TraceRow>(trace => trace.Duration, comparison),
        "total_tokens" => Conditions.Whole<TraceRow>(trace => trace.TotalTokens, comparison),
        "input_tokens" => Conditions.Whole<TraceRow>(trace => trace.InputTokens, comparison),
        "output_tokens" => Conditions.Whole<TraceRow>(trace => trace.OutputTokens, comparison),
        "cost" => Conditions.Number<TraceRow>(trace => trace.Cost, comparison),
        "spans" => Conditions.Whole<TraceRow>(trace => trace.Spans, comparison),
        _ => throw FilterErrors.At(comparison.Position, $"Traces are ordered by '{comparison.Field.Key}', not filtered"),
    };

    private static Expression<Func<TraceRow, bool>> Either(Expression<Func<TraceRow, bool>> one, Expression<Func<TraceRow, bool>> other) =>
        Expression.Lambda<Func<TraceRow, bool>>(
            Expression.OrElse(one.Body, new Renaming(other.Parameters[0], one.Parameters[0]).Visit(other.Body)), one.Parameters);

    private sealed class Renaming(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : base.VisitParameter(node);
    }
}
