using Orrery.Vectors.Distances;
using Orrery.Vectors.Hnsw;
using Orrery.Vectors.Quantization;
using Xunit;

namespace Orrery.Vectors.Tests.Hnsw;

/// <summary>Recall floors against exact search on clustered data, through everything that can happen to a graph.</summary>
public sealed class HnswRecallTests
{
    [Fact]
    public void Recall_at_ten_of_10_000_clustered_points_is_at_least_95_percent()
    {
        var data = new Clusters(10_000, 100, Metric.Euclidean, seed: 1);
        var recall = data.Recall(data.Build(), ef: 64);
        Assert.True(recall >= 0.95, $"recall {recall}");
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Manhattan)]
    [InlineData(Metric.Dot)]
    public void Recall_holds_under_every_metric(Metric metric)
    {
        var data = new Clusters(1_500, 40, metric, seed: 2);
        var recall = data.Recall(data.Build(), ef: 100);
        Assert.True(recall >= 0.95, $"recall {recall}");
    }

    [Fact]
    public void A_graph_that_lost_30_percent_recalls_as_a_fresh_one_does()
    {
        var data = new Clusters(3_000, 100, Metric.Euclidean, seed: 3);
        var index = data.Build();
        foreach (var id in Enumerable.Range(0, 3_000).Where(i => i % 10 < 3))
        {
            Assert.True(index.Remove(id));
            data.Exact.Remove(id);
        }

        index.Repair();
        var fresh = data.Build(Enumerable.Range(0, 3_000).Where(i => i % 10 >= 3));
        Assert.Equal(2_100, index.Count);
        foreach (var ef in (int[])[20, 40, 80])
        {
            var (repaired, built) = (data.Recall(index, ef), data.Recall(fresh, ef));
            Assert.True(repaired >= built - 0.01, $"ef {ef}: repaired {repaired}, fresh {built}");
        }
    }

    [Fact]
    public void A_filter_keeps_recall_at_every_selectivity()
    {
        var data = new Clusters(4_000, 40, Metric.Euclidean, seed: 4);
        var index = data.Build();
        foreach (var oneIn in (int[])[2, 3, 10, 100, 1000])
        {
            var recall = data.Recall(index, ef: 32, id => id % oneIn == 0);
            Assert.True(recall >= 0.95, $"one in {oneIn}: recall {recall}");
        }
    }

    [Theory]
    [InlineData(1000, 1.0)]
    [InlineData(100, 1.0)]
    [InlineData(10, 0.95)]
    [InlineData(5, 0.95)]
    [InlineData(2, 0.95)]
    public void A_set_of_ids_keeps_recall_at_every_selectivity(int oneIn, double floor)
    {
        var data = new Clusters(10_000, 60, Metric.Euclidean, seed: 14);
        var index = data.Build();
        var allowed = new IdSet(Enumerable.Range(0, 10_000).Where(id => id % oneIn == 0).Select(id => (long)id));
        var recall = data.Recall(index, new HnswSearchOptions { Ef = 40, Allowed = allowed });
        Assert.True(recall >= floor, $"one in {oneIn}: recall {recall}");
    }

    /// <summary>The planner would scan here; the walk among allowed points has to stand on its own feet where it does not.</summary>
    [Theory]
    [InlineData(3, 0.95)]
    [InlineData(10, 0.95)]
    [InlineData(30, 0.9)]
    public void A_walk_among_allowed_points_alone_recalls(int oneIn, double floor)
    {
        var data = new Clusters(10_000, 60, Metric.Euclidean, seed: 15);
        var index = data.Build();
        var allowed = new IdSet(Enumerable.Range(0, 10_000).Where(id => id % oneIn == 0).Select(id => (long)id));
        var recall = data.Recall(allowed.Contains, query => index.SearchAmong(query, Clusters.K, 40, allowed));
        Assert.True(recall >= floor, $"one in {oneIn}: recall {recall}");
    }

    [Fact]
    public void A_set_and_a_predicate_hold_both()
    {
        var data = new Clusters(2_000, 30, Metric.Euclidean, seed: 16);
        var allowed = new IdSet(Enumerable.Range(0, 2_000).Where(id => id % 2 == 0).Select(id => (long)id));
        var recall = data.Recall(data.Build(), new HnswSearchOptions { Allowed = allowed, Filter = id => id % 3 == 0 });
        Assert.True(recall >= 0.95, $"recall {recall}");
    }

    /// <summary>Ids that lie at themselves are found by a shorter way, which a removal and a return must not mislead.</summary>
    [Fact]
    public void A_scan_of_allowed_ids_follows_points_that_went_and_came_back_elsewhere()
    {
        var data = new Clusters(300, 20, Metric.Euclidean, seed: 12);
        var index = data.Build();
        foreach (var id in (int[])[4, 8])
        {
            index.Remove(id);
            index.Add(id, data.Points[299 - id]);
        }

        var allowed = new HnswSearchOptions { Allowed = new IdSet([4, 8, 9]) };
        Assert.Equal(new Neighbor(4, 0), index.Search(data.Points[295], 1, allowed).Single());
        Assert.Equal(3, index.Search(data.Points[295], 5, allowed).Length);
        index.Remove(8);
        Assert.Equal([4L, 9L], index.Search(data.Points[295], 5, allowed).Select(n => n.Id).Order());
    }

    [Fact]
    public void Ids_that_are_not_in_the_index_are_not_found_by_allowing_them()
    {
        var data = new Clusters(200, 1, Metric.Euclidean, seed: 17);
        var index = data.Build();
        index.Remove(3);
        Assert.Empty(index.Search(data.Queries[0], 5, new HnswSearchOptions { Allowed = new IdSet([3, 500, 100_000]) }));
        Assert.Equal([7L], index.Search(data.Queries[0], 5, new HnswSearchOptions { Allowed = new IdSet([3, 7, 500]) }).Select(n => n.Id));
    }

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclidean)]
    [InlineData(Metric.Manhattan)]
    public void Codes_of_eight_bits_recall_as_vectors_do_and_give_exact_distances(Metric metric)
    {
        var data = new Clusters(3_000, 50, metric, seed: 18);
        var components = data.Points.SelectMany(point => metric is Metric.Cosine ? point.Select(v => v / MathF.Sqrt(point.Sum(c => c * c))) : point).ToArray();
        var index = new HnswIndex(Clusters.Dimension, metric, new HnswOptions { EfConstruction = 100, Quantizer = ScalarQuantizer.Train(components) });
        for (var id = 0; id < 3_000; id++)
            index.Add(id, data.Points[id]);
        var recall = data.Recall(index, new HnswSearchOptions { Ef = 100 });
        Assert.True(recall >= 0.95, $"recall {recall}");
        foreach (var query in data.Queries)
        {
            var exact = data.Exact.Search(query, 100).ToDictionary(n => n.Id, n => n.Distance);
            foreach (var neighbor in index.Search(query, 5))
                Assert.Equal(exact[neighbor.Id], neighbor.Distance, 1e-3);
        }
    }

    [Fact]
    public void A_graph_of_codes_loses_and_takes_points_like_one_of_vectors()
    {
        var data = new Clusters(3_000, 60, Metric.Euclidean, seed: 19);
        var index = new HnswIndex(
            Clusters.Dimension, Metric.Euclidean, new HnswOptions { EfConstruction = 100, Quantizer = ScalarQuantizer.Train(data.Points.SelectMany(p => p).ToArray()) });
        for (var id = 0; id < 3_000; id++)
            index.Add(id, data.Points[id]);
        LoseAndTakeBack(index, data);
    }

    [Fact]
    public void A_graph_that_lost_30_percent_and_took_them_back_recalls_as_before()
    {
        var data = new Clusters(3_000, 60, Metric.Euclidean, seed: 13);
        LoseAndTakeBack(data.Build(), data);
    }

    private static void LoseAndTakeBack(HnswIndex index, Clusters data)
    {
        var before = data.Recall(index, ef: 40);
        for (var round = 0; round < 3; round++)
        {
            var lost = Enumerable.Range(0, 3_000).Where(id => (id + round) % 10 < 3).ToList();
            foreach (var id in lost)
                Assert.True(index.Remove(id));
            foreach (var id in lost)
                index.Add(id, data.Points[id]);
            Assert.Equal(3_000, index.Count);
            var after = data.Recall(index, ef: 40);
            Assert.True(after >= before - 0.01, $"round {round}: {after} after, {before} before");
        }
    }

    [Fact]
    public void A_filter_that_lets_one_cluster_far_from_the_query_through_keeps_recall()
    {
        var data = new Clusters(1_000, 30, Metric.Euclidean, seed: 5);
        var far = data.Exact.Search([.. data.Queries[0].Select(v => -10 * v)], 50).Select(n => n.Id).ToHashSet();
        Assert.Equal(1, data.Recall(data.Build(), ef: 64, far.Contains));
    }

    [Fact]
    public async Task A_graph_that_four_threads_build_while_others_search_recalls_as_well()
    {
        var data = new Clusters(3_000, 60, Metric.Euclidean, seed: 6);
        var index = data.Build([]);
        var building = Task.WhenAll(Enumerable.Range(0, 4).Select(part => Task.Run(() =>
        {
            for (var id = part; id < 3_000; id += 4)
                index.Add(id, data.Points[id]);
        })));
        var searches = 0;
        do
        {
            var found = index.Search(data.Queries[searches++ % 60], 10);
            Assert.Equal(found.Length, found.Select(n => n.Id).Distinct().Count());
            Assert.Equal(found.Order(), found);
            foreach (var neighbor in found)
                Assert.Equal(Distance.Euclidean(data.Queries[(searches - 1) % 60], data.Points[neighbor.Id]), neighbor.Distance, 1e-3);
        }
        while (!building.IsCompleted);
        await building;
        Assert.Equal(3_000, index.Count);
        var recall = data.Recall(index, ef: 64);
        Assert.True(recall >= 0.95, $"recall {recall}");
    }

    [Fact]
    public async Task Points_that_come_and_go_from_four_threads_leave_exactly_those_that_stayed()
    {
        var data = new Clusters(3_000, 60, Metric.Euclidean, seed: 7);
        var index = data.Build([]);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(part => Task.Run(() =>
        {
            for (var id = part; id < 3_000; id += 4)
            {
                index.Add(id, data.Points[id]);
                // Every other point goes again, and every fourth comes back: slots are given up and used anew.
                if (id % 8 >= 4)
                    Assert.True(index.Remove(id));
                if (id % 16 >= 12)
                    index.Add(id, data.Points[id]);
            }
        })));
        foreach (var id in Enumerable.Range(0, 3_000).Where(i => i % 8 >= 4 && i % 16 < 12))
            data.Exact.Remove(id);
        Assert.Equal(data.Exact.Count, index.Count);
        Assert.Equal(data.Exact.Count, index.Search(data.Queries[0], 3_000, ef: 3_000, _ => true).Length);
        var recall = data.Recall(index, ef: 64);
        Assert.True(recall >= 0.95, $"recall {recall}");
    }
}
