using Orrery.Vectors.Distances;
using Orrery.Vectors.Lsh;
using Orrery.Vectors.Tests.Hnsw;
using Xunit;

namespace Orrery.Vectors.Tests.Lsh;

public sealed class LshIndexTests
{
    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Euclidean)]
    public void Buckets_of_many_tables_recall(Metric metric)
    {
        var (data, index) = Build(metric);
        var recall = data.Recall(_ => true, query => index.Search(query, Clusters.K));
        Assert.True(recall >= 0.9, $"recall {recall}");
    }

    [Fact]
    public void Probing_behind_the_nearest_borders_finds_more()
    {
        var (data, index) = Build(Metric.Cosine, tables: 4);
        var (without, with) = (data.Recall(_ => true, query => index.Search(query, Clusters.K, probes: 0)), data.Recall(_ => true, query => index.Search(query, Clusters.K, probes: 6)));
        Assert.True(with > without + 0.05, $"{with} with probes, {without} without");
    }

    [Fact]
    public void A_point_shares_every_bucket_with_itself_until_it_is_removed()
    {
        var (data, index) = Build(Metric.Euclidean, tables: 1);
        Assert.Equal(77, index.Search(data.Points[77], 1, probes: 0).Single().Id);
        Assert.Equal(0, index.Search(data.Points[77], 1, probes: 0).Single().Distance, 1e-3);
        Assert.True(index.Remove(77));
        Assert.False(index.Remove(77));
        Assert.DoesNotContain(index.Search(data.Points[77], 50), n => n.Id == 77);
        Assert.Equal(2_999, index.Count);
        Assert.All(index.Search(data.Points[78], 50, allowed: new IdSet([78, 79])), n => Assert.InRange(n.Id, 78, 79));
    }

    [Fact]
    public void What_cannot_be_hashed_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new LshIndex(2, Metric.Dot));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LshIndex(2, Metric.Cosine, new LshOptions { Hashes = 65 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LshIndex(2, Metric.Cosine, new LshOptions { Width = 0 }));
        var index = new LshIndex(2, Metric.Cosine);
        Assert.Empty(index.Search([1, 1], 3));
        index.Add(1, [1, 2]);
        Assert.Throws<ArgumentException>(() => index.Add(1, [1, 2]));
        Assert.Throws<ArgumentException>(() => index.Add(2, [0, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search([1, 1], 1, probes: 13));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search([1, 1], 0));
        Assert.Equal(1, index.Count);
    }

    private static (Clusters Data, LshIndex Index) Build(Metric metric, int tables = 16)
    {
        var data = new Clusters(3_000, 50, metric, seed: 51);
        // Neighbours lie about six apart in these clouds.
        var index = new LshIndex(Clusters.Dimension, metric, new LshOptions { Tables = tables, Hashes = metric is Metric.Cosine ? 10 : 6, Width = 12, Seed = 2 });
        for (var id = 0; id < 3_000; id++)
            index.Add(id, data.Points[id]);
        return (data, index);
    }
}
