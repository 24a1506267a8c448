using LinqToDB;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Storage;
using Orrery.Ledger.Traces.Assessments;
using Orrery.Ledger.Traces.Spans;

namespace Orrery.Ledger.Traces;

/// <summary>Deletes traces within a transaction, with all that hangs on them.</summary>
internal static class TraceEraser
{
    private const int ChunkSize = 1000;

    public static void Check(TraceDeletion deletion)
    {
        if (deletion.Ids is null == deletion.Until is null)
            throw new InvalidException("Exactly one of `max_timestamp_millis` or `trace_ids` must be specified: up to when traces go, or which.");
        if (deletion.Ids is not null && deletion.Most is not null)
            throw new InvalidException("`max_traces` can't be specified if `trace_ids` is specified.");
        if (deletion.Most is <= 0)
            throw new InvalidException($"`max_traces` must be a positive integer, received {deletion.Most}.");
    }

    public static int Erase(DataConnection transaction, FolderRow folder, TraceDeletion deletion)
    {
        var gone = 0;
        foreach (var keys in Find(transaction, folder, deletion).Chunk(ChunkSize))
        {
            transaction.GetTable<SpanValueRow>().Where(row => keys.Contains(row.TraceKey)).Delete();
            transaction.GetTable<SpanRow>().Where(row => keys.Contains(row.TraceKey)).Delete();
            transaction.GetTable<AssessmentRow>().Where(row => keys.Contains(row.TraceKey)).Delete();
            transaction.GetTable<TraceTagRow>().Where(row => keys.Contains(row.TraceKey)).Delete();
            transaction.GetTable<TraceMetadataRow>().Where(row => keys.Contains(row.TraceKey)).Delete();
            transaction.GetTable<TraceRunRow>().Where(row => keys.Contains(row.TraceKey)).Delete();
            gone += transaction.GetTable<TraceRow>().Where(row => keys.Contains(row.Key)).Delete();
        }

        return gone;
    }

    private static List<long> Find(DataConnection transaction, FolderRow folder, TraceDeletion deletion)
    {
        var traces = transaction.GetTable<TraceRow>().Where(row => row.FolderKey == folder.Key);
        if (deletion.Until is { } until)
        {
            // The wire counts in milliseconds: all of the last one goes too.
            var last = Instant.ToColumn(until) / 1000;
            var old = traces.Where(row => row.StartedAt / 1000 <= last).OrderBy(row => row.StartedAt).ThenBy(row => row.Id).Select(row => row.Key);
            return [.. deletion.Most is { } most ? old.Take(most) : old];
        }

        return [.. deletion.Ids!.Distinct().Chunk(ChunkSize).SelectMany(ids => traces.Where(row => ids.Contains(row.Id)).Select(row => row.Key).ToList())];
    }
}
