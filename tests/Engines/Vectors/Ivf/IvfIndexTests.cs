using Orrery.Vectors.Distances;
using Orrery.Vectors.Ivf;
using Orrery.Vectors.Tests.Hnsw;
using Xunit;

namespace Orrery.Vectors.Tests.Ivf;

public sealed class IvfIndexTests
{
    private const int Points = 4_000;

    [Theory]
    [InlineData(Metric.Euclidean, 0, 8, 0.95)]
    [InlineData(Metric.Cosine, 0, 8, 0.95)]
    [InlineData(Metric.Dot, 0, 16, 0.95)]
    [InlineData(Metric.Euclidean, 32, 8, 0.95)]
    [InlineData(Metric.Cosine, 32, 8, 0.95)]
    [InlineData(Metric.Dot, 32, 16, 0.95)]
    [InlineData(Metric.Euclidean, 8, 16, 0.9)]
    public void Recall_at_ten_of_clustered_points(Metric metric, int subspaces, int probes, double floor)
    {
        var (data, index) = Build(metric, subspaces);
        var recall = data.Recall(_ => true, query => index.Search(query, Clusters.K, new IvfSearchOptions { Probes = probes }));
        Assert.True(recall >= floor, $"recall {recall}");
    }

    [Theory]
    [InlineData(Metric.Euclidean, 8, false, 0.9)]
    [InlineData(Metric.Dot, 8, false, 0.9)]
    [InlineData(Metric.Cosine, 4, true, 0.85)]
    [InlineData(Metric.Euclidean, 4, true, 0.85)]
    public void Recall_at_ten_by_codes_of_eight_bits_and_by_rotated_ones(Metric metric, int bits, bool rotates, double floor)
    {
        var data = new Clusters(1_000, 30, metric, seed: 34);
        var index = IvfIndex.Train(
            data.Points.Take(400).SelectMany(p => p).ToArray(), Clusters.Dimension, metric, new IvfOptions { Lists = 16, Subspaces = 16, CodeBits = bits, RotatesCodes = rotates });
        for (var id = 0; id < 1_000; id++)
            index.Add(id, data.Points[id]);
        var recall = data.Recall(_ => true, query => index.Search(query, Clusters.K, new IvfSearchOptions { Probes = 8, Oversampling = 4 }));
        Assert.True(recall >= floor, $"recall {recall}");
        for (var id = 0; id < 1_000; id += 2)
            Assert.True(index.Remove(id));
        var found = index.Search(data.Points[1], 1_000, new IvfSearchOptions { Probes = 16 });
        Assert.Equal(Enumerable.Range(0, 500).Select(i => 2L * i + 1), found.Select(n => n.Id).Order());
    }

    [Fact]
    public void All_lists_are_an_exact_search()
    {
        var (data, index) = Build(Metric.Euclidean, 0);
        foreach (var query in data.Queries)
            Assert.Equal(data.Exact.Search(query, 10).Select(n => n.Id), index.Search(query, 10, new IvfSearchOptions { Probes = 64 }).Select(n => n.Id));
        // As many candidates as points leave codes no say.
        var (_, coded) = Build(Metric.Euclidean, 16);
        foreach (var query in data.Queries)
        {
            Assert.Equal(
                data.Exact.Search(query, 10).Select(n => n.Id),
                coded.Search(query, 10, new IvfSearchOptions { Probes = 64, Oversampling = Points / 10 }).Select(n => n.Id));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    public void Points_that_come_and_go_leave_exactly_those_that_stayed(int subspaces)
    {
        var (data, index) = Build(Metric.Euclidean, subspaces);
        foreach (var id in Enumerable.Range(0, Points).Where(id => id % 3 != 0))
        {
            Assert.True(index.Remove(id));
            data.Exact.Remove(id);
        }

        Assert.False(index.Remove(1));
        for (var id = 1; id < Points; id += 3)
        {
            index.Add(id, data.Points[id]);
            data.Exact.Add(id, data.Points[id]);
        }

        Assert.Equal(data.Exact.Count, index.Count);
        foreach (var query in data.Queries)
            Assert.Equal(data.Exact.Search(query, 10), index.Search(query, 10, new IvfSearchOptions { Probes = 64, Oversampling = Points / 10 }), Same);
        var allowed = new IdSet(Enumerable.Range(0, Points).Where(id => id % 7 == 0).Select(id => (long)id));
        var recall = data.Recall(allowed.Contains, query => index.Search(query, Clusters.K, new IvfSearchOptions { Probes = 16, Allowed = allowed }));
        Assert.True(recall >= 0.95, $"recall {recall}");
    }

    [Fact]
    public void An_odd_number_of_subspaces_is_a_pair_with_nothing()
    {
        var data = new Clusters(600, 20, Metric.Euclidean, seed: 33);
        var index = IvfIndex.Train(data.Points.SelectMany(p => p[..63]).ToArray(), 63, Metric.Euclidean, new IvfOptions { Lists = 8, Subspaces = 21 });
        for (var id = 0; id < 600; id++)
            index.Add(id, data.Points[id].AsSpan(0, 63));
        Assert.Equal(17, index.Search(data.Points[17].AsSpan(0, 63), 1, new IvfSearchOptions()).Single().Id);
    }

    [Fact]
    public void What_cannot_be_in_the_index_is_refused()
    {
        Assert.Throws<ArgumentException>(() => IvfIndex.Train(new float[4], 2, Metric.Manhattan, new IvfOptions { Lists = 2 }));
        Assert.Throws<ArgumentException>(() => IvfIndex.Train([1, 1, 2, 2], 2, Metric.Euclidean, new IvfOptions { Lists = 3 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => IvfIndex.Train([1, 1], 2, Metric.Euclidean, new IvfOptions { Lists = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => IvfIndex.Train([1, 1], 2, Metric.Euclidean, new IvfOptions { Lists = 1, CodeBits = 6 }));
        var index = IvfIndex.Train([1, 1, 2, 2], 2, Metric.Cosine, new IvfOptions { Lists = 2 });
        index.Add(1, [1, 2]);
        Assert.Contains("Point 1", Assert.Throws<ArgumentException>(() => index.Add(1, [1, 2])).Message);
        Assert.Throws<ArgumentException>(() => index.Add(2, [0, 0]));
        Assert.Throws<ArgumentException>(() => index.Add(2, [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search([1, 1], 0, new IvfSearchOptions()));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search([1, 1], 1, new IvfSearchOptions { Probes = 0 }));
        Assert.Equal(1, index.Count);
    }

    private static bool Same(Neighbor first, Neighbor second) => first.Id == second.Id && Math.Abs(first.Distance - second.Distance) < 1e-4;

    private static (Clusters Data, IvfIndex Index) Build(Metric metric, int subspaces)
    {
        var data = new Clusters(Points, 50, metric, seed: 31);
        var index = IvfIndex.Train(data.Points.Take(2_000).SelectMany(p => p).ToArray(), Clusters.Dimension, metric, new IvfOptions { Lists = 64, Subspaces = subspaces });
        for (var id = 0; id < Points; id++)
            index.Add(id, data.Points[id]);
        return (data, index);
    }
}
