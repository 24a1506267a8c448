using LinqToDB;
using LinqToDB.Data;
using Orrery.Ledger.Folders;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Traces.Spans;

/// <summary>Adds spans within a transaction, and brings what their traces say of themselves up to date: when, how long, how it ended, what it used.</summary>
internal static class SpanLogger
{
    private const int MaxPreview = 1000; // as MLflow's own clients cut them

    /// <summary>Rows of one statement: SQLite binds 32,766 values at most.</summary>
    private const int MaxRows = 1000;

    private static readonly BulkCopyOptions Bulk = new() { MaxBatchSize = MaxRows, BulkCopyType = BulkCopyType.MultipleRows, UseParameters = true };

    public static void Log(DataConnection transaction, Caller caller, FolderRow folder, IReadOnlyList<TraceSpan> spans)
    {
        foreach (var group in spans.GroupBy(span => span.Trace))
            Add(transaction, TraceRows.Find(transaction, caller, group.Key) ?? Begin(transaction, caller, folder, group), [.. group]);
    }

    /// <summary>Adds spans to a trace that is there.</summary>
    public static void Add(DataConnection transaction, TraceRow trace, IReadOnlyList<TraceSpan> spans)
    {
        if (spans.Count == 0)
            return;
        // Of two with one id the last counts.
        var unique = spans.GroupBy(span => span.Id).Select(same => same.Last()).ToList();
        Replace(transaction, trace.Key, unique);
        transaction.Update(Summarise(transaction, trace, unique));
        if (unique.Find(span => span.ParentId is null) is { } root)
            Name(transaction, trace.Key, root);
    }

    private static TraceRow Begin(DataConnection transaction, Caller caller, FolderRow folder, IGrouping<string, TraceSpan> spans)
    {
        FolderRows.Active(folder);
        var row = new TraceRow
        {
            Workspace = caller.Workspace,
            Id = spans.Key,
            FolderKey = folder.Key,
            State = TraceRows.Word(TraceState.InProgress),
            StartedAt = spans.Min(span => span.Start) / 1000,
        };
        return row with { Key = transaction.InsertWithInt64Identity(row) };
    }

    private static void Replace(DataConnection transaction, long trace, List<TraceSpan> spans)
    {
        foreach (var chunk in spans.Chunk(MaxRows))
        {
            var ids = chunk.Select(span => span.Id).ToList();
            if (transaction.GetTable<SpanRow>().Where(row => row.TraceKey == trace && ids.Contains(row.Id)).Delete() > 0)
                transaction.GetTable<SpanValueRow>().Where(row => row.TraceKey == trace && ids.Contains(row.SpanId)).Delete();
            transaction.BulkCopy(Bulk, chunk.Select(span => SpanRows.Of(trace, span)));
            transaction.BulkCopy(Bulk, chunk.SelectMany(span => SpanRows.ValuesOf(trace, span)));
        }
    }

    private static TraceRow Summarise(DataConnection transaction, TraceRow trace, List<TraceSpan> spans)
    {
        var start = Math.Min(trace.StartedAt, spans.Min(span => span.Start) / 1000);
        var end = trace.StartedAt + trace.Duration;
        if (spans.Max(span => span.End) is { } ended)
            end = Math.Max(end ?? 0, ended / 1000);
        var root = spans.Find(span => span.ParentId is null);
        var open = TraceRows.State(trace.State) is TraceState.InProgress or TraceState.Unspecified;
        var summary = trace with
        {
            StartedAt = start,
            Duration = end - start,
            Spans = transaction.GetTable<SpanRow>().Count(row => row.TraceKey == trace.Key),
            State = open && root is { End: not null } ? TraceRows.Word(root.Status == SpanStatus.Error ? TraceState.Error : TraceState.Ok) : trace.State,
            RequestPreview = trace.RequestPreview ?? Preview(root is null ? null : SpanFacts.Inputs(root)),
            ResponsePreview = trace.ResponsePreview ?? Preview(root is null ? null : SpanFacts.Outputs(root)),
        };
        if (!spans.Any(span => SpanFacts.Usage(span) is not null))
            return summary;
        var usage = UsageSum.Of([.. transaction.GetTable<SpanRow>().Where(row => row.TraceKey == trace.Key)
            .Select(row => new SpanUsage(row.Id, row.ParentId, row.InputTokens, row.OutputTokens, row.TotalTokens, row.Cost))]);
        return summary with { InputTokens = usage.InputTokens, OutputTokens = usage.OutputTokens, TotalTokens = usage.TotalTokens, Cost = usage.Cost };
    }

    private static void Name(DataConnection transaction, long trace, TraceSpan root)
    {
        if (root.Name.Length > 0 && !transaction.GetTable<TraceTagRow>().Any(tag => tag.TraceKey == trace && tag.Name == TraceKeys.Name))
            transaction.Insert(new TraceTagRow { TraceKey = trace, Name = TraceKeys.Name, Value = SpanRows.Cut(root.Name, SpanBounds.MaxNameLength) });
    }

    private static string? Preview(SpanValue? value) => value switch
    {
        null => null,
        SpanValue.Text text => SpanRows.Cut(text.Value, MaxPreview),
        _ => SpanRows.Cut(value.ToJson(), MaxPreview),
    };
}
