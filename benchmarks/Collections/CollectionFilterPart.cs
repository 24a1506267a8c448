using System.Diagnostics;
using Orrery.Benchmarks.Processes;
using Orrery.Benchmarks.Reporting;
using Orrery.Benchmarks.Vectors;
using Orrery.Search.Collections;
using Orrery.Search.Filters;
using Orrery.Search.Points;
using Orrery.Search.Queries;

namespace Orrery.Benchmarks.Collections;

/// <summary>Searches of a collection among the points that pass a filter on their payload, beside a bare scan of these.</summary>
internal static class CollectionFilterPart
{
    // Wide enough for a recall of 0.95 without a filter.
    private const int Ef = 200;
    private const double ShareOfRecall = 0.95;

    // Of a thousand parts.
    private static readonly int[] Parts = [1, 10, 30, 100, 500];

    public static async Task RunAsync(BenchmarkContext context, ICollection collection, VectorSet set, CancellationToken cancellationToken)
    {
        var (_, unfiltered) = await AskAsync(collection, set, null, set.Truth, cancellationToken);
        context.Report.Say($"collections/filter: recall {unfiltered:0.000} without a filter at ef {Ef}");
        foreach (var parts in Parts)
        {
            var filter = new Filter { Must = [new FieldCondition(PayloadPath.Parse("part"), [new NumberRange(null, null, parts, null)])] };
            var truth = VectorSet.Exact(set.Metric, set.Dimension, set.Points, set.Queries, id => CollectionClient.Part((int)id) < parts);
            int[] passing = [.. Enumerable.Range(0, set.Count).Where(id => CollectionClient.Part(id) < parts)];
            var (ours, theirs, recalls) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = -1; round < CollectionsBenchmark.Rounds(context); round++)
            {
                var (seconds, recall) = await AskAsync(collection, set, filter, truth, cancellationToken);
                var bare = FilterPart.Scan(set, passing);
                if (round < 0)
                    continue; // the first warms up, and builds the index of the field
                ours.Add(seconds * 1e6 / set.QueryCount);
                theirs.Add(bare * 1e6 / set.QueryCount);
                recalls.Add(recall);
            }

            var name = FormattableString.Invariant($"collections/filter-{parts / 10d}%");
            context.Report.Add(new(name, "µs", "a scan of what passes", ours, theirs, Goal.RatioAtMost(1.2)));
            context.Report.Add(new(name + "/recall", "", "without a filter", recalls, [unfiltered], Goal.RatioAtLeast(ShareOfRecall)));
        }
    }

    private static async Task<(double Seconds, double Recall)> AskAsync(ICollection collection, VectorSet set, Filter? filter, int[] truth, CancellationToken cancellationToken)
    {
        var hits = 0;
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < set.QueryCount; i++)
        {
            var query = new QueryStage { Ranking = new Nearest(new GivenVector(new DenseVector(set.Query(i).ToArray()))), Limit = VectorSet.K, Ef = Ef, Filter = filter };
            foreach (var point in await collection.QueryAsync(OpenHouse.Caller, query, Wanted.Nothing, cancellationToken))
                hits += truth.AsSpan(i * VectorSet.K, VectorSet.K).Contains((int)point.Id.Number) ? 1 : 0;
        }

        return (Stopwatch.GetElapsedTime(began).TotalSeconds, (double)hits / truth.Count(id => id >= 0));
    }
}
