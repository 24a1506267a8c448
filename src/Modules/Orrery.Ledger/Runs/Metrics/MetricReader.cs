using System.Runtime.InteropServices;
using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;

namespace Orrery.Ledger.Runs.Metrics;

/// <summary>Reads the course of a metric.</summary>
internal static class MetricReader
{
    /// <summary>All points by step, time and value; a point that was sent twice, as after a lost answer, counts once.</summary>
    public static async Task<List<RawPoint>> CourseAsync(this DataConnection connection, long run, long metric, CancellationToken cancellationToken)
    {
        var chunks = await connection.GetTable<MetricChunkRow>().Where(row => row.RunKey == run && (row.MetricKey == metric || row.MetricKey == MetricChunkRow.OfCall))
            .OrderBy(row => row.Key).Select(row => new { row.MetricKey, row.Length, row.Points }).ToListAsync(cancellationToken);
        var points = new List<RawPoint>(chunks.Where(chunk => chunk.MetricKey == metric).Sum(chunk => chunk.Length));
        foreach (var chunk in chunks)
        {
            if (chunk.MetricKey == metric)
                PointChunk.Unpack(chunk.Points, points);
            else
                CallChunk.Unpack(chunk.Points, metric, points);
        }

        Order(points);
        return points;
    }

    private static void Order(List<RawPoint> points)
    {
        var all = CollectionsMarshal.AsSpan(points);
        var (sorted, distinct) = (true, true);
        for (var i = 1; i < all.Length && sorted; i++)
        {
            var order = all[i - 1].CompareTo(all[i]);
            sorted = order <= 0;
            distinct &= order != 0;
        }

        // Nearly every course comes in order.
        if (!sorted)
            all.Sort();
        if (sorted && distinct)
            return;
        var kept = 0;
        for (var i = 0; i < all.Length; i++)
        {
            if (kept == 0 || all[kept - 1].CompareTo(all[i]) != 0)
                all[kept++] = all[i];
        }

        CollectionsMarshal.SetCount(points, kept);
    }
}
