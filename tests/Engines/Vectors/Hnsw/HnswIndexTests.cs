using CsCheck;
using Orrery.Statistics;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Flat;
using Orrery.Vectors.Hnsw;
using Orrery.Vectors.Quantization;
using Xunit;

namespace Orrery.Vectors.Tests.Hnsw;

public sealed class HnswIndexTests
{
    /// <summary>A beam as wide as the graph is exact search where every point can be reached, which repair promises.</summary>
    [Fact]
    public void Any_sequence_of_additions_and_removals_leaves_what_exact_search_has() =>
        Gen.Select(Gen.Int[1, 6], Gen.Select(Gen.Int[0, 30], Gen.Bool).Array[1, 200], Gen.ULong).Sample((dimension, changes, seed) =>
        {
            var random = new SeededRandom(seed);
            var exact = new FlatIndex(dimension, Metric.Euclidean);
            var index = new HnswIndex(dimension, Metric.Euclidean, new HnswOptions { M = 4, EfConstruction = 20, Capacity = 1, Seed = seed });
            var there = new HashSet<long>();
            foreach (var (id, add) in changes)
            {
                if (!add)
                {
                    Assert.Equal(there.Remove(id), index.Remove(id));
                    exact.Remove(id);
                    if (id % 5 == 0)
                        index.Repair();
                }
                else if (there.Add(id))
                {
                    var vector = Vector(random, dimension);
                    index.Add(id, vector);
                    exact.Add(id, vector);
                }
            }

            index.Repair();
            var query = Vector(random, dimension);
            Assert.Equal(exact.Count, index.Count);
            Assert.Equal(exact.Search(query, 31).Select(n => n.Id), index.Search(query, 31, ef: 64).Select(n => n.Id));
        }, iter: 2000);

    [Fact]
    public void One_thread_and_one_seed_give_the_same_results()
    {
        var data = new Clusters(800, 20, Metric.Cosine, seed: 8);
        var (first, second) = (data.Build(), data.Build());
        foreach (var query in data.Queries)
            Assert.Equal(first.Search(query, 10, ef: 10), second.Search(query, 10, ef: 10));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_warm_search_allocates_nothing(bool quantized)
    {
        var data = new Clusters(500, 1, Metric.Euclidean, seed: 9);
        var index = new HnswIndex(Clusters.Dimension, Metric.Euclidean, new HnswOptions { Quantizer = quantized ? new ScalarQuantizer(0.03f) : null });
        for (var id = 0; id < 500; id++)
            index.Add(id, data.Points[id]);
        var nearest = new Neighbor[10];
        var half = new IdSet(Enumerable.Range(0, 250).Select(id => (long)id));
        // Each filter takes another way: none, a scan, a walk over all, and a predicate.
        HnswSearchOptions[] ways =
        [
            new(), new() { Allowed = new IdSet([1, 2, 3]) }, new() { Allowed = half, Ef = 10 }, new() { Filter = id => id > 3, Ef = 10 },
        ];
        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var way in ways)
                index.Search(data.Queries[0], nearest, way);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // The runtime compiles a method anew when it has become hot, on the thread that calls it, and allocates thereby: at most twice in fifty rounds, a search that allocates does in all.
        Allocated();
        var rounds = Enumerable.Range(0, 50).Select(_ => Allocated()).ToList();
        Assert.InRange(rounds.Count(bytes => bytes > 0), 0, 2);
    }

    [Fact]
    public void A_removed_point_is_not_found_even_when_it_was_the_entry()
    {
        var index = new HnswIndex(1, Metric.Euclidean);
        for (var i = 0; i < 50; i++)
            index.Add(i, [i]);
        for (var i = 0; i < 49; i++)
            Assert.True(index.Remove(i));
        Assert.Equal([new Neighbor(49, 49)], index.Search([0], 5));
        index.Repair();
        Assert.Equal([new Neighbor(49, 49)], index.Search([0], 5));
        Assert.True(index.Remove(49));
        index.Repair();
        Assert.Empty(index.Search([0], 5));
        index.Add(7, [7]);
        Assert.Equal([new Neighbor(7, 7)], index.Search([0], 5));
    }

    [Fact]
    public void Many_equal_points_are_all_found()
    {
        var index = new HnswIndex(2, Metric.Euclidean, new HnswOptions { M = 4 });
        for (var i = 0; i < 200; i++)
            index.Add(i, [1, 1]);
        Assert.Equal(200, index.Search([0, 0], 200, ef: 200).Length);
    }

    [Fact]
    public void An_empty_index_finds_nothing() => Assert.Empty(new HnswIndex(3, Metric.Dot).Search([1, 2, 3], 5));

    [Fact]
    public void Products_that_overflow_rank_last_and_break_nothing()
    {
        var index = new HnswIndex(2, Metric.Dot);
        index.Add(1, [1, 1]);
        index.Add(2, [float.MaxValue, -float.MaxValue]);
        Assert.Equal([1, 2], index.Search([float.MaxValue, float.MaxValue], 2).Select(n => n.Id).Order());
    }

    [Fact]
    public void What_cannot_be_compared_is_refused_and_not_kept()
    {
        var index = new HnswIndex(2, Metric.Cosine);
        index.Add(1, [1, 2]);
        Assert.Contains("2 components", Assert.Throws<ArgumentException>(() => index.Add(2, [1])).Message);
        Assert.Contains("component 0 is NaN", Assert.Throws<ArgumentException>(() => index.Add(2, [float.NaN, 1])).Message);
        Assert.Throws<ArgumentException>(() => index.Add(2, [float.NegativeInfinity, 0]));
        Assert.Contains("zero vector", Assert.Throws<ArgumentException>(() => index.Add(2, [0, 0])).Message);
        Assert.Contains("Point 1", Assert.Throws<ArgumentException>(() => index.Add(1, [1, 1])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search([1, 1], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search([1, 1], 1, ef: 0));
        Assert.Throws<ArgumentException>(() => index.Search([1, 1], Span<Neighbor>.Empty));
        Assert.Throws<ArgumentException>(() => index.Search([1, float.NaN], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HnswIndex(0, Metric.Dot));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HnswIndex(1, Metric.Dot, new HnswOptions { M = 1 }));
        Assert.False(index.Remove(2));
        Assert.Equal(1, index.Count);
    }

    private static float[] Vector(SeededRandom random, int dimension) =>
        [.. Enumerable.Range(0, dimension).Select(_ => (float)random.NextGaussian())];
}
