using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Search;
using Orrery.Ledger.Storage;
using Orrery.Ledger.Traces.Search;
using Orrery.Ledger.Traces.Spans;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Traces;

/// <summary>The traces on the relational port.</summary>
internal sealed class TraceStore(IDatabase database, TraceRecorder recorder, IAudit audit) : ITraces
{
    private const int MaxLinked = 1000;

    public async Task<Trace> RecordAsync(Caller caller, NewTrace trace, CancellationToken cancellationToken = default)
    {
        TraceRecorder.Check(trace);
        await database.WriteAsync(transaction => recorder.Record(transaction, caller, trace), cancellationToken);
        return await GetAsync(caller, trace.Id, cancellationToken);
    }

    public async Task<Trace> EndAsync(Caller caller, string id, TraceEnd end, CancellationToken cancellationToken = default)
    {
        TraceRecorder.CheckLabels(end.Tags, end.Metadata);
        await database.WriteAsync(transaction => recorder.End(transaction, caller, id, end), cancellationToken);
        return await GetAsync(caller, id, cancellationToken);
    }

    public Task<SpanReceipt> LogAsync(Caller caller, long folder, IReadOnlyList<TraceSpan> spans, CancellationToken cancellationToken = default) =>
        KeepAsync(spans, (transaction, kept) => SpanLogger.Log(transaction, caller, FolderRows.Require(transaction, caller, folder), kept), cancellationToken);

    public Task<SpanReceipt> AttachAsync(Caller caller, string id, IReadOnlyList<TraceSpan> spans, CancellationToken cancellationToken = default) =>
        KeepAsync(spans, (transaction, kept) => SpanLogger.Add(transaction, TraceRows.Require(transaction, caller, id), kept), cancellationToken);

    public async Task<Trace> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        await FindAsync(caller, TraceRows.Prefixed(id) is { } prefixed ? [id, prefixed] : [id], cancellationToken) is [var trace, ..] ? trace : throw TraceRows.Missing(id);

    public Task<IReadOnlyList<Trace>> FindAsync(Caller caller, IReadOnlyCollection<string> ids, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<Trace>>(async (connection, token) =>
        {
            var rows = await connection.GetTable<TraceRow>().Where(row => row.Workspace == caller.Workspace && ids.Contains(row.Id)).ToListAsync(token);
            var byId = (await WithLabelsAsync(connection, rows, token)).ToDictionary(trace => trace.Id);
            return [.. ids.Where(byId.ContainsKey).Distinct().Select(id => byId[id])];
        }, cancellationToken);

    public Task<IReadOnlyList<TraceSpan>> SpansAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<TraceSpan>>(async (connection, token) =>
        {
            var trace = TraceRows.Require(connection, caller, id);
            var packed = await connection.GetTable<SpanRow>().Where(row => row.TraceKey == trace.Key).Select(row => row.Content).ToListAsync(token);
            return SpanOrder.Sort(packed.Select(SpanCodec.Unpack));
        }, cancellationToken);

    public Task<Page<Trace>> SearchAsync(Caller caller, TraceSearch search, CancellationToken cancellationToken = default)
    {
        var query = TraceSearchQuery.Parse(search);
        return database.ReadAsync(async (connection, token) =>
        {
            var page = await query.ReadAsync(connection, caller, token);
            return new Page<Trace>(await WithLabelsAsync(connection, page.Items, token), page.Next);
        }, cancellationToken);
    }

    public Task<TraceCounts> CountAsync(
        Caller caller, IReadOnlyList<long> folders, string first, string second, string? within = null, CancellationToken cancellationToken = default)
    {
        var filters = (FilterParser.Parse(TraceVocabulary.Words, first), FilterParser.Parse(TraceVocabulary.Words, second), FilterParser.Parse(TraceVocabulary.Words, within));
        return database.ReadAsync((connection, token) => TraceSearchQuery.CountAsync(connection, caller, folders, filters, token), cancellationToken);
    }

    public Task SetTagsAsync(Caller caller, string id, IReadOnlyDictionary<string, string?> tags, CancellationToken cancellationToken = default)
    {
        foreach (var (key, value) in tags)
            LedgerNames.CheckEntry(key, value, "tag of a trace");
        return database.WriteAsync(transaction =>
        {
            var trace = TraceRows.Require(transaction, caller, id);
            foreach (var name in tags.Where(tag => tag.Value is null).Select(tag => tag.Key))
            {
                if (transaction.GetTable<TraceTagRow>().Where(row => row.TraceKey == trace.Key && row.Name == name).Delete() == 0)
                    throw new NotFoundException($"No trace tag with key '{name}' for trace with ID '{id}'");
            }

            TraceRows.SetTags(transaction, trace.Key, tags.Where(tag => tag.Value is not null).ToDictionary(tag => tag.Key, tag => tag.Value!));
        }, cancellationToken);
    }

    public Task LinkAsync(Caller caller, IReadOnlyCollection<string> ids, RunId run, CancellationToken cancellationToken = default)
    {
        if (ids.Count > MaxLinked)
            throw new QuotaExceededException($"{ids.Count} traces in one call; at most {MaxLinked}. Link them in several.");
        return database.WriteAsync(transaction =>
        {
            var fresh = ids.Distinct().Count(id => recorder.Link(transaction, caller, TraceRows.Require(transaction, caller, id), run));
            if (fresh > 0)
                audit.Append(transaction, caller, "trace.linked", $"run/{run}", FormattableString.Invariant($"{fresh} traces"));
        }, cancellationToken);
    }

    public Task<int> DeleteAsync(Caller caller, TraceDeletion deletion, CancellationToken cancellationToken = default)
    {
        TraceEraser.Check(deletion);
        return database.WriteAsync(transaction =>
        {
            var folder = FolderRows.Require(transaction, caller, deletion.Folder);
            var gone = TraceEraser.Erase(transaction, folder, deletion);
            if (gone > 0)
                audit.Append(transaction, caller, "trace.deleted", FormattableString.Invariant($"folder/{deletion.Folder}"), FormattableString.Invariant($"{gone} traces"));
            return gone;
        }, cancellationToken);
    }

    private async Task<SpanReceipt> KeepAsync(IReadOnlyList<TraceSpan> spans, Action<DataConnection, List<TraceSpan>> log, CancellationToken cancellationToken)
    {
        if (spans.Count > SpanBounds.MaxSpans)
            throw new QuotaExceededException($"{spans.Count} spans in one call; at most {SpanBounds.MaxSpans}. Send them in several.");
        var kept = new List<TraceSpan>(spans.Count);
        string? first = null;
        foreach (var span in spans)
        {
            if (!SpanBounds.Refuses(span, out var reason))
                kept.Add(span);
            else
                first ??= $"The span '{SpanRows.Cut(span.Name, 80)}' ({SpanRows.Cut(span.Id, 32)}) was not kept: {reason}.";
        }

        await database.WriteAsync(transaction => log(transaction, kept), cancellationToken);
        return new(kept.Count, spans.Count - kept.Count, first);
    }

    private static async Task<IReadOnlyList<Trace>> WithLabelsAsync(DataConnection connection, IReadOnlyList<TraceRow> rows, CancellationToken cancellationToken)
    {
        const int most = 1000; // keys in one statement
        var inFolders = rows.Select(row => row.FolderKey).Distinct().ToList();
        var folders = await connection.GetTable<FolderRow>().Where(row => inFolders.Contains(row.Key)).ToDictionaryAsync(row => row.Key, cancellationToken);
        var traces = new List<Trace>(rows.Count);
        foreach (var chunk in rows.Chunk(most))
        {
            var keys = chunk.Select(row => row.Key).ToList();
            var tags = (await connection.GetTable<TraceTagRow>().Where(row => keys.Contains(row.TraceKey)).ToListAsync(cancellationToken)).ToLookup(row => row.TraceKey);
            var metadata = (await connection.GetTable<TraceMetadataRow>().Where(row => keys.Contains(row.TraceKey)).ToListAsync(cancellationToken)).ToLookup(row => row.TraceKey);
            traces.AddRange(chunk.Select(row => row.ToTrace(
                folders[row.FolderKey], tags[row.Key].ToDictionary(tag => tag.Name, tag => tag.Value), metadata[row.Key].ToDictionary(entry => entry.Name, entry => entry.Value))));
        }

        return traces;
    }
}
