using System.Globalization;
using System.Runtime.InteropServices;
using LinqToDB;
using LinqToDB.Data;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Runs.Metrics;

/// <summary>Writes and rewrites the chunks of a run's points, within a transaction (docs/design/metrics.md).</summary>
internal sealed class MetricChunks(DataConnection transaction, long run) : IDisposable
{
    /// <summary>Calls whose chunks are kept as they came. A reader goes through them, about 5 µs for a call of 1,000 metrics.</summary>
    public const int MaxCalls = 64;

    /// <summary>Points in them together, where calls are large: 2 MB.</summary>
    private const int MaxCallPoints = 1 << 16;

    private readonly PreparedStatement _insert = new(
        transaction, "INSERT INTO metric_chunks (run_key, metric_key, length, points) VALUES (@run, @metric, @length, @points)", "run", "metric", "length", "points");

    public void Add(long metric, ReadOnlySpan<RawPoint> points) => _insert.Execute(run, metric, points.Length, PointChunk.Pack(points));

    /// <summary>Adds what one call logged of several metrics.</summary>
    public void AddCall(IReadOnlyCollection<KeyValuePair<long, List<RawPoint>>> metrics) =>
        _insert.Execute(run, MetricChunkRow.OfCall, metrics.Sum(metric => metric.Value.Count), CallChunk.Pack(metrics));

    /// <summary>Where calls have gathered, gives each metric its points in a chunk of its own; returns those metrics and how many small chunks each has by now.</summary>
    public List<(long Metric, int Chunks)> SplitCalls()
    {
        var calls = transaction.GetTable<MetricChunkRow>().Where(row => row.RunKey == run && row.MetricKey == MetricChunkRow.OfCall);
        var lengths = calls.Select(row => row.Length).ToList();
        if (lengths.Count < MaxCalls && lengths.Sum() < MaxCallPoints)
            return [];
        var metrics = new SortedDictionary<long, List<RawPoint>>();
        foreach (var call in calls.OrderBy(row => row.Key).Select(row => row.Points))
            CallChunk.Unpack(call, metrics);
        calls.Delete();
        using var count = new PreparedStatement(
            transaction, "UPDATE run_metrics SET chunks = chunks + 1 WHERE run_key = @run AND metric_key = @metric RETURNING chunks", "run", "metric");
        var split = new List<(long, int)>(metrics.Count);
        foreach (var (metric, course) in metrics)
        {
            Add(metric, CollectionsMarshal.AsSpan(course));
            split.Add((metric, Convert.ToInt32(count.Scalar(run, metric), CultureInfo.InvariantCulture)));
        }

        return split;
    }

    /// <summary>Puts a metric's small chunks together into full ones.</summary>
    public void PutTogether(long metric)
    {
        var small = transaction.GetTable<MetricChunkRow>()
            .Where(row => row.RunKey == run && row.MetricKey == metric && row.Length < PointChunk.MaxLength).OrderBy(row => row.Key).ToList();
        var points = new List<RawPoint>(small.Sum(row => row.Length));
        foreach (var chunk in small)
            PointChunk.Unpack(chunk.Points, points);
        transaction.GetTable<MetricChunkRow>().Where(row => row.RunKey == run && row.MetricKey == metric && row.Length < PointChunk.MaxLength).Delete();
        for (var from = 0; from < points.Count; from += PointChunk.MaxLength)
            Add(metric, CollectionsMarshal.AsSpan(points)[from..Math.Min(points.Count, from + PointChunk.MaxLength)]);
        transaction.GetTable<RunMetricRow>().Where(row => row.RunKey == run && row.MetricKey == metric).Set(row => row.Chunks, 0).Update();
    }

    public void Dispose() => _insert.Dispose();
}
