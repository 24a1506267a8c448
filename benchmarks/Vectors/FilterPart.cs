using System.Diagnostics;
using Orrery.Benchmarks.Reporting;
using Orrery.Vectors;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Hnsw;

namespace Orrery.Benchmarks.Vectors;

/// <summary>Search among a part of the points, drawn by chance, beside an exact scan of these where they lie among all.</summary>
internal static class FilterPart
{
    // Wide enough for a recall of 0.95 without a filter on both sets of vectors.
    private const int Ef = 200;

    private static readonly double[] Selectivities = [0.001, 0.01, 0.1, 0.5];

    public static void Run(BenchmarkContext context, VectorSet set)
    {
        context.Report.Say($"A graph of {set.Count:N0} {set.Name} vectors to search among parts …");
        var index = GraphPart.Build(set, 1).Index; // by one thread, so that points lie in the order of their ids, as they do where one batch after the other is stored
        foreach (var selectivity in Selectivities)
        {
            var random = new Orrery.Statistics.SeededRandom(2);
            var allowed = new IdSet(Enumerable.Range(0, set.Count).Where(_ => random.NextDouble() < selectivity).Select(id => (long)id));
            var truth = VectorSet.Exact(set.Metric, set.Dimension, set.Points, set.Queries, allowed.Contains);
            int[] passing = [.. Enumerable.Range(0, set.Count).Where(id => allowed.Contains(id))];
            var (ours, theirs, recall) = (new List<double>(), new List<double>(), 0d);
            for (var round = -1; round < context.Scale.Rounds; round++)
            {
                var (seconds, hits) = Filtered(set, index, allowed, truth);
                var bare = Scan(set, passing);
                recall = (double)hits / truth.Count(id => id >= 0);
                if (round < 0)
                    continue; // the first warms up
                ours.Add(seconds * 1e6 / set.QueryCount);
                theirs.Add(bare * 1e6 / set.QueryCount);
            }

            var name = FormattableString.Invariant($"{set.Name}/filter-{selectivity * 100}%");
            context.Report.Say($"{name}: recall {recall:0.000} at ef {Ef}");
            context.Report.Add(new(name, "µs", "a scan of what passes", ours, theirs, Goal.RatioAtMost(1.2)));
        }
    }

    private static (double Seconds, int Hits) Filtered(VectorSet set, HnswIndex index, IdSet allowed, int[] truth)
    {
        var found = new Neighbor[VectorSet.K];
        var hits = 0;
        var start = Stopwatch.GetTimestamp();
        for (var q = 0; q < set.QueryCount; q++)
        {
            var count = index.Search(set.Query(q), found, new HnswSearchOptions { Ef = Ef, Allowed = allowed });
            hits += VectorSet.Hits(truth.AsSpan(q * VectorSet.K, VectorSet.K), found.AsSpan(0, count));
        }

        return (Stopwatch.GetElapsedTime(start).TotalSeconds, hits);
    }

    /// <summary>Seconds that all queries take where each is compared with all that passes.</summary>
    public static double Scan(VectorSet set, int[] passing)
    {
        // A scan of half of all points takes long; a tenth of the queries says as much.
        var asked = Math.Max(1, set.QueryCount / 10);
        var nearest = new PriorityQueue<int, float>(VectorSet.K + 1);
        var start = Stopwatch.GetTimestamp();
        for (var q = 0; q < asked; q++)
        {
            nearest.Clear();
            foreach (var id in passing)
            {
                var closeness = set.Metric is Metric.Euclidean
                    ? -Distance.SquaredEuclidean(set.Query(q), set.Point(id))
                    : Distance.Dot(set.Query(q), set.Point(id));
                if (nearest.Count < VectorSet.K)
                    nearest.Enqueue(id, closeness);
                else if (nearest.TryPeek(out _, out var farthest) && closeness > farthest)
                    nearest.EnqueueDequeue(id, closeness);
            }
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds * set.QueryCount / asked;
    }
}
