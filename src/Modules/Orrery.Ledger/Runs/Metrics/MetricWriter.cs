using LinqToDB;
using LinqToDB.Data;
using Orrery.Ledger.Storage;

namespace Orrery.Ledger.Runs.Metrics;

/// <summary>
/// Adds points to runs within a transaction. The points of one metric in one call become one chunk, a row of <c>metric_chunks</c>; when a metric has
/// gathered <see cref="MaxChunks"/> of them they are put together, so that a metric that is logged point by point is read as fast as one that came whole.
/// </summary>
internal static class MetricWriter
{
    /// <summary>Chunks before they are put together: each point is then written about twice, and a read opens at most so many small rows.</summary>
    public const int MaxChunks = 128;

    /// <summary>Rows of one statement: SQLite binds 32,766 values at most.</summary>
    private const int MaxRows = 2000;

    /// <summary>Metrics asked for in one statement.</summary>
    private const int MaxAsked = 1000;

    /// <summary>As parameters: in a statement's text an infinity is no number, and a double loses its last bits.</summary>
    private static readonly BulkCopyOptions Bulk = new() { MaxBatchSize = MaxRows, BulkCopyType = BulkCopyType.MultipleRows, UseParameters = true };

    public static void Add(DataConnection transaction, RunRow run, IReadOnlyList<MetricPoint> points, IReadOnlyDictionary<string, long> keys)
    {
        var byMetric = new Dictionary<long, List<RawPoint>>();
        foreach (var point in points)
        {
            var key = keys[point.Key];
            if (!byMetric.TryGetValue(key, out var course))
                byMetric[key] = course = [];
            course.Add(new(point.Step, Instant.ToColumn(point.Time), point.Value));
        }

        Insert(transaction, [.. byMetric.Select(metric => ChunkOf(run.Key, metric.Key, metric.Value))]);
        foreach (var some in byMetric.Chunk(MaxAsked))
        {
            foreach (var metric in UpdateLast(transaction, run, some))
                PutTogether(transaction, run.Key, metric);
        }
    }

    // Returns the metrics whose chunks are to be put together.
    private static List<long> UpdateLast(DataConnection transaction, RunRow run, KeyValuePair<long, List<RawPoint>>[] byMetric)
    {
        var ids = byMetric.Select(metric => metric.Key).ToList();
        var table = transaction.GetTable<RunMetricRow>();
        var of = ids.Count == 1 ? table.Where(row => row.RunKey == run.Key && row.MetricKey == ids[0]) : table.Where(row => row.RunKey == run.Key && ids.Contains(row.MetricKey));
        var before = of.ToDictionary(row => row.MetricKey);
        var full = new List<long>();
        var after = new List<RunMetricRow>(ids.Count);
        foreach (var (metric, course) in byMetric)
        {
            var row = before.GetValueOrDefault(metric);
            var next = Last(run, metric, row, course);
            if (next.Chunks >= MaxChunks)
            {
                full.Add(metric);
                next = next with { Chunks = 0 };
            }

            after.Add(next);
        }

        if (after is [var one] && before.Count == 1)
            transaction.Update(one);
        else
        {
            // One statement for all of them is many times faster than an update for each.
            if (before.Count > 0)
                of.Delete();
            Insert(transaction, after);
        }

        return full;
    }

    private static RunMetricRow Last(RunRow run, long metric, RunMetricRow? before, List<RawPoint> course)
    {
        var last = before ?? Of(run, metric, course[0]);
        foreach (var point in course)
        {
            if (last.IsBefore(point))
                last = Of(run, metric, point);
        }

        return last with { Chunks = (before?.Chunks ?? 0) + 1 };
    }

    private static RunMetricRow Of(RunRow run, long metric, in RawPoint point) => new()
    {
        RunKey = run.Key,
        MetricKey = metric,
        FolderKey = run.FolderKey,
        Value = double.IsNaN(point.Value) ? null : point.Value,
        Step = point.Step,
        Time = point.Time,
    };

    private static MetricChunkRow ChunkOf(long run, long metric, List<RawPoint> course) => new()
    {
        RunKey = run,
        MetricKey = metric,
        Length = course.Count,
        Points = PointChunk.Pack(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(course)),
    };

    private static void PutTogether(DataConnection transaction, long run, long metric)
    {
        var small = transaction.GetTable<MetricChunkRow>()
            .Where(row => row.RunKey == run && row.MetricKey == metric && row.Length < PointChunk.MaxLength).OrderBy(row => row.Key).ToList();
        var points = new List<RawPoint>(small.Sum(row => row.Length));
        foreach (var chunk in small)
            PointChunk.Unpack(chunk.Points, points);
        var ids = small.ConvertAll(row => row.Key);
        transaction.GetTable<MetricChunkRow>().Where(row => ids.Contains(row.Key)).Delete();
        Insert(transaction, [.. points.Chunk(PointChunk.MaxLength).Select(chunk => ChunkOf(run, metric, [.. chunk]))]);
    }

    private static void Insert<T>(DataConnection transaction, IReadOnlyList<T> rows) where T : class
    {
        if (rows is [var one])
            transaction.Insert(one);
        else
            transaction.BulkCopy(Bulk, rows);
    }
}
