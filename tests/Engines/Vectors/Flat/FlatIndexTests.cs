using CsCheck;
using Orrery.Statistics;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Flat;
using Xunit;

namespace Orrery.Vectors.Tests.Flat;

public sealed class FlatIndexTests
{
    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclidean)]
    [InlineData(Metric.Manhattan)]
    [InlineData(Metric.Hamming)]
    public void Finds_what_sorting_all_distances_finds(Metric metric) =>
        Gen.Select(Gen.Int[1, 600], Gen.Int[1, 40], Gen.Int[1, 30], Gen.ULong).Sample((points, dimension, k, seed) =>
        {
            var random = new SeededRandom(seed);
            var index = new FlatIndex(dimension, metric);
            var vectors = Enumerable.Range(0, points).Select(_ => Vector(random, dimension)).ToArray();
            for (var i = points - 1; i >= 0; i--)
                index.Add(i, vectors[i]);
            // More than one tile of queries, and some that are left.
            var queries = Enumerable.Range(0, points % 3 == 0 ? 3 : 41).Select(_ => Vector(random, dimension)).ToArray();
            var found = index.SearchMany(queries.SelectMany(q => q).ToArray(), k);
            var filtered = index.SearchMany(queries.SelectMany(q => q).ToArray(), k, id => id % 3 == 0);
            for (var q = 0; q < queries.Length; q++)
            {
                var all = vectors.Select((v, i) => new Neighbor(i, Between(metric, queries[q], v))).Order().ToList();
                Same(all.Take(k), found[q]);
                Same(all.Where(n => n.Id % 3 == 0).Take(k), filtered[q]);
            }
        }, iter: 30);

    [Fact]
    public void Equal_distances_are_ordered_by_id()
    {
        var index = new FlatIndex(2, Metric.Euclidean);
        foreach (var id in (long[])[9, 3, 7, 1, 5])
            index.Add(id, [1, 1]);
        Assert.Equal([1, 3, 5], index.Search([0, 0], 3).Select(n => n.Id));
    }

    [Fact]
    public void A_removed_point_is_not_found_and_its_id_is_free()
    {
        var index = new FlatIndex(1, Metric.Manhattan);
        for (var i = 0; i < 40; i++)
            index.Add(i, [i]);
        Assert.True(index.Remove(0));
        Assert.False(index.Remove(0));
        Assert.Equal([1, 2], index.Search([0], 2).Select(n => n.Id));
        index.Add(0, [100]);
        Assert.Equal(40, index.Search([0], 1000).Length);
        Assert.Equal(new Neighbor(0, 0), index.Search([100], 1).Single());
    }

    [Fact]
    public void Many_queries_at_once_find_what_each_finds_alone()
    {
        var random = new SeededRandom(6);
        var index = new FlatIndex(17, Metric.Dot);
        for (var i = 0; i < 1_000; i++)
            index.Add(i, [.. Vector(random, 17).Select(v => i == 7 ? v * 100 : v)]);
        float[][] queries = [.. Enumerable.Range(0, 39).Select(_ => Vector(random, 17))];
        var together = index.SearchMany([.. queries.SelectMany(q => q)], 12);
        for (var q = 0; q < queries.Length; q++)
            Assert.Equal(index.Search(queries[q], 12).Select(n => n.Id), together[q].Select(n => n.Id));
    }

    [Fact]
    public void Products_that_overflow_rank_last_and_are_found_all_the_same()
    {
        var index = new FlatIndex(2, Metric.Dot);
        index.Add(1, [1, 1]);
        index.Add(2, [float.MaxValue, -float.MaxValue]);
        var query = new[] { float.MaxValue, float.MaxValue };
        Assert.Equal([1, 2], index.Search(query, 2).Select(n => n.Id).Order());
        foreach (var found in index.SearchMany([.. Enumerable.Repeat(query, 20).SelectMany(q => q)], 2))
            Assert.Equal([1, 2], found.Select(n => n.Id).Order());
    }

    [Fact]
    public void An_empty_index_finds_nothing() => Assert.Empty(new FlatIndex(3, Metric.Dot).Search([1, 2, 3], 5));

    [Fact]
    public void What_cannot_be_compared_is_refused_and_not_kept()
    {
        var index = new FlatIndex(2, Metric.Cosine);
        index.Add(1, [1, 2]);
        Assert.Contains("2 components", Assert.Throws<ArgumentException>(() => index.Add(2, [1])).Message);
        Assert.Contains("component 1 is NaN", Assert.Throws<ArgumentException>(() => index.Add(2, [1, float.NaN])).Message);
        Assert.Throws<ArgumentException>(() => index.Add(2, [float.PositiveInfinity, 0]));
        Assert.Contains("zero vector", Assert.Throws<ArgumentException>(() => index.Add(2, [0, 0])).Message);
        Assert.Contains("Point 1", Assert.Throws<ArgumentException>(() => index.Add(1, [1, 1])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search([1, 1], 0));
        Assert.Throws<ArgumentException>(() => index.Search([1, 1, 1, 1], 1));
        Assert.Throws<ArgumentException>(() => index.Search([float.NaN, 1], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlatIndex(0, Metric.Dot));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlatIndex(1, (Metric)99));
        Assert.Equal(1, index.Count);
    }

    private static void Same(IEnumerable<Neighbor> expected, Neighbor[] found)
    {
        var list = expected.ToList();
        Assert.Equal(list.Count, found.Length);
        // By distance: two that differ by a rounding may change places.
        for (var i = 0; i < found.Length; i++)
            Assert.Equal(list[i].Distance, found[i].Distance, 2e-4 * (1 + Math.Abs(list[i].Distance)));
    }

    private static float Between(Metric metric, float[] x, float[] y) => metric switch
    {
        Metric.Cosine => Distance.Cosine(x, y),
        Metric.Dot => -Distance.Dot(x, y),
        Metric.Euclidean => Distance.Euclidean(x, y),
        Metric.Manhattan => Distance.Manhattan(x, y),
        _ => Distance.Hamming(x, y),
    };

    // Small integers, so that components agree now and then and Hamming has something to count; never all zero.
    private static float[] Vector(SeededRandom random, int dimension)
    {
        var vector = new float[dimension];
        for (var i = 0; i < dimension; i++)
            vector[i] = random.NextInt(5) - 2;
        vector[0] += 5;
        return vector;
    }
}
