using LinqToDB;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Runs;
using Orrery.Ledger.Storage;
using Orrery.Ledger.Traces.Assessments;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Traces;

/// <summary>Writes what clients say of traces within a transaction: the trace, what it belongs to, and its edge in the lineage stand or fall together.</summary>
internal sealed class TraceRecorder(TimeProvider clock)
{
    private const int MaxLabels = 1000; // tags, or metadata
    private const int MaxPreviewLength = 20_000;

    /// <summary>Refuses what is out of bounds before the transaction begins.</summary>
    public static void Check(NewTrace trace)
    {
        TraceRows.CheckId(trace.Id);
        if (trace.Duration < TimeSpan.Zero)
            throw new InvalidException($"The trace '{trace.Id}' ends before it starts.");
        LedgerNames.CheckLength(trace.ClientRequestId ?? "", 0, 250, "client's request id of a trace");
        CheckLabels(trace.Tags, trace.Metadata);
        foreach (var assessment in trace.Assessments)
            AssessmentRows.Check(assessment);
    }

    public static void CheckLabels(IReadOnlyDictionary<string, string> tags, IReadOnlyDictionary<string, string> metadata)
    {
        if (tags.Count > MaxLabels || metadata.Count > MaxLabels)
            throw new InvalidException($"A trace has at most {MaxLabels} tags and as many metadata; there are {tags.Count} and {metadata.Count}.");
        foreach (var (key, value) in tags)
            LedgerNames.CheckEntry(key, value, "tag of a trace");
        foreach (var (key, value) in metadata)
            LedgerNames.CheckEntry(key, value, "metadata of a trace");
    }

    public void Record(DataConnection transaction, Caller caller, NewTrace trace)
    {
        var folder = FolderRows.Active(FolderRows.Require(transaction, caller, trace.Folder));
        var there = TraceRows.Find(transaction, caller, trace.Id);
        var row = (there ?? new() { Workspace = caller.Workspace, Id = trace.Id, FolderKey = folder.Key }) with
        {
            State = TraceRows.Word(trace.State),
            StartedAt = Finer(there, Instant.ToColumn(trace.StartedAt)),
            Duration = (long?)trace.Duration?.TotalMicroseconds ?? there?.Duration,
            ClientRequestId = trace.ClientRequestId ?? there?.ClientRequestId,
            RequestPreview = Cut(trace.RequestPreview) ?? there?.RequestPreview,
            ResponsePreview = Cut(trace.ResponsePreview) ?? there?.ResponsePreview,
        };
        if (trace.Usage is { } usage)
            row = row with { InputTokens = usage.InputTokens, OutputTokens = usage.OutputTokens, TotalTokens = usage.TotalTokens, Cost = usage.Cost ?? row.Cost };
        if (there is null)
            row = row with { Key = transaction.InsertWithInt64Identity(row) };
        else
            transaction.Update(row);
        Label(transaction, caller, row, trace.Tags, trace.Metadata);
        var now = Instant.ToColumn(clock.GetUtcNow());
        foreach (var assessment in trace.Assessments)
            AssessmentRows.Add(transaction, AssessmentRows.Of(row.Key, assessment, now));
    }

    public void End(DataConnection transaction, Caller caller, string id, TraceEnd end)
    {
        var there = TraceRows.Require(transaction, caller, id);
        var duration = Instant.ToColumn(end.EndedAt) - there.StartedAt;
        if (duration < 0)
            throw new InvalidException($"The trace '{id}' started at {Instant.FromColumn(there.StartedAt):O}; it cannot have ended before.");
        var row = there with { State = TraceRows.Word(end.State), Duration = duration };
        transaction.Update(row);
        Label(transaction, caller, row, end.Tags, end.Metadata);
    }

    /// <summary>Says that a trace belongs to a run; true where it is news.</summary>
    /// <exception cref="NotFoundException">There is no such run.</exception>
    public bool Link(DataConnection transaction, Caller caller, TraceRow trace, RunId run)
    {
        RunRows.Require(transaction, caller, run);
        var id = run.ToString();
        if (transaction.GetTable<TraceRunRow>().Any(row => row.RunId == id && row.TraceKey == trace.Key))
            return false;
        transaction.Insert(new TraceRunRow { RunId = id, TraceKey = trace.Key });
        LineageRows.Link(transaction, caller, LineageNodeId.Of(run), LineageNodeId.Signal(ITraces.Stream, trace.Id), LineageRoles.Traced, Instant.Now(clock));
        return true;
    }

    private void Label(DataConnection transaction, Caller caller, TraceRow trace, IReadOnlyDictionary<string, string> tags, IReadOnlyDictionary<string, string> metadata)
    {
        TraceRows.SetTags(transaction, trace.Key, tags);
        TraceRows.SetMetadata(transaction, trace.Key, metadata);
        // A trace is not lost for the sake of a run that is not known here: it may be of another server.
        if (metadata.TryGetValue(TraceKeys.Run, out var text) && RunId.TryParse(text, out var run)
            && transaction.GetTable<RunRow>().Any(row => row.Id == run.ToString() && row.Workspace == caller.Workspace))
            Link(transaction, caller, trace, run);
    }

    // Clients count in milliseconds and spans in nanoseconds; the order of traces within one millisecond is worth keeping.
    private static long Finer(TraceRow? there, long given) => there is not null && given % 1000 == 0 && there.StartedAt / 1000 == given / 1000 ? there.StartedAt : given;

    private static string? Cut(string? preview) => preview is null ? null : Spans.SpanRows.Cut(preview, MaxPreviewLength);
}
