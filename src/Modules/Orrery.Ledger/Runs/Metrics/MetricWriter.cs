using System.Runtime.InteropServices;
using LinqToDB.Data;
using Orrery.Ledger.Storage;

namespace Orrery.Ledger.Runs.Metrics;

/// <summary>
/// Adds points to runs within a transaction. What one call logs of several metrics becomes one row of <c>metric_chunks</c>, what it logs of one metric too; where rows
/// have gathered they are put together, so that a metric that was logged point by point is read as fast as one that came whole.
/// </summary>
internal static class MetricWriter
{
    /// <summary>Chunks of a metric before they are put together: each point is then written two or three times, and a read opens few small rows.</summary>
    public const int MaxChunks = 128;

    /// <summary>Points of a metric in one call that lie in the call's chunk; more are a chunk of their own.</summary>
    private const int MaxInCall = 64;

    /// <summary>Metrics that are put together in one call: a thousand that are full at once would hold the writer for a second. The others are next time.</summary>
    private const int MaxPutTogether = 16;

    public static void Add(DataConnection transaction, RunRow run, IReadOnlyList<MetricPoint> points, IReadOnlyDictionary<string, long> keys)
    {
        var byMetric = ByMetric(points, keys);
        var few = byMetric.Where(metric => metric.Value.Count <= MaxInCall).ToList();
        if (few.Count < 2)
            few.Clear();

        using var chunks = new MetricChunks(transaction, run.Key);
        using var last = new LastValues(transaction, run);
        var full = new List<long>();
        var inCall = few.Count > 0;
        foreach (var (metric, course) in byMetric)
        {
            var own = !inCall || course.Count > MaxInCall;
            if (own)
                chunks.Add(metric, CollectionsMarshal.AsSpan(course));
            if (last.Take(metric, course, own ? 1 : 0) >= MaxChunks && own)
                full.Add(metric);
        }

        if (inCall)
        {
            chunks.AddCall(few);
            full.AddRange(chunks.SplitCalls().Where(split => split.Chunks >= MaxChunks).Select(split => split.Metric));
        }

        foreach (var metric in full.Distinct().Take(MaxPutTogether))
            chunks.PutTogether(metric);
    }

    private static SortedDictionary<long, List<RawPoint>> ByMetric(IReadOnlyList<MetricPoint> points, IReadOnlyDictionary<string, long> keys)
    {
        // In the order of the tables that they go into.
        var byMetric = new SortedDictionary<long, List<RawPoint>>();
        foreach (var point in points)
        {
            var key = keys[point.Key];
            if (!byMetric.TryGetValue(key, out var course))
                byMetric[key] = course = [];
            course.Add(new(point.Step, Instant.ToColumn(point.Time), point.Value));
        }

        return byMetric;
    }
}
