using Orrery.Vectors.Distances;
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
