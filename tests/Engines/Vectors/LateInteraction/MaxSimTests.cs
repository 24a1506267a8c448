using CsCheck;
using Orrery.Statistics;
using Orrery.Vectors.Distances;
using Orrery.Vectors.LateInteraction;
using Xunit;

namespace Orrery.Vectors.Tests.LateInteraction;

public sealed class MaxSimTests
{
    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclidean)]
    [InlineData(Metric.Manhattan)]
    public void Adds_up_the_nearest_of_every_vector_of_the_query(Metric metric) =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 70], Gen.Int[1, 150], Gen.ULong).Sample((dimension, inQuery, inDocument, seed) =>
        {
            var random = new SeededRandom(seed);
            float[][] query = Vectors(random, inQuery, dimension), document = Vectors(random, inDocument, dimension);
            var expected = query.Sum(q => document.Min(d => (double)Between(metric, q, d)));
            var distance = new MaxSim(dimension, metric, [.. query.SelectMany(v => v)]).Distance([.. document.SelectMany(v => v)]);
            Assert.Equal(expected, distance, 1e-4 * (1 + query.Length) * (1 + Math.Abs(expected)));
        }, iter: 60);

    [Fact]
    public void Finds_the_documents_that_are_nearest_by_it()
    {
        var random = new SeededRandom(5);
        var index = new MultiVectorIndex(8, Metric.Cosine);
        var documents = Enumerable.Range(0, 60).Select(i => (Id: (long)i, Vectors: Vectors(random, 1 + i % 7, 8).SelectMany(v => v).ToArray())).ToList();
        foreach (var (id, vectors) in documents)
            index.Add(id, vectors);
        Assert.True(index.Remove(11));
        Assert.False(index.Remove(11));
        var query = Vectors(random, 5, 8).SelectMany(v => v).ToArray();
        var allowed = new IdSet(documents.Select(d => d.Id).Where(id => id % 2 == 1));
        var expected = documents.Where(d => d.Id % 2 == 1 && d.Id is not 11 and not 13)
            .Select(d => new Neighbor(d.Id, new MaxSim(8, Metric.Cosine, query).Distance(d.Vectors))).Order().Take(6);
        Assert.Equal(expected, index.Search(query, 6, allowed, id => id != 13));
        Assert.Equal(59, index.Search(query, 100).Length);
    }

    [Fact]
    public void What_is_no_set_of_vectors_is_refused()
    {
        var index = new MultiVectorIndex(2, Metric.Cosine);
        index.Add(1, [1, 2, 3, 4]);
        Assert.Throws<ArgumentException>(() => index.Add(1, [1, 2]));
        Assert.Throws<ArgumentException>(() => index.Add(2, []));
        Assert.Throws<ArgumentException>(() => index.Add(2, [1, 2, 3]));
        Assert.Contains("zero vector", Assert.Throws<ArgumentException>(() => index.Add(2, [1, 2, 0, 0])).Message);
        Assert.Throws<ArgumentException>(() => index.Search([1, 2, 3], 1));
        Assert.Throws<ArgumentException>(() => index.Search([1, float.NaN], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search([1, 2], 0));
        Assert.Empty(new MultiVectorIndex(2, Metric.Dot).Search([1, 2], 3));
        Assert.Equal(1, index.Count);
    }

    private static float Between(Metric metric, float[] x, float[] y) => metric switch
    {
        Metric.Cosine => Distance.Cosine<float>(x, y),
        Metric.Dot => -Distance.Dot<float>(x, y),
        Metric.Euclidean => Distance.Euclidean<float>(x, y),
        _ => Distance.Manhattan<float>(x, y),
    };

    private static float[][] Vectors(SeededRandom random, int count, int dimension) =>
        [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, dimension).Select(_ => (float)random.NextGaussian()).ToArray())];
}
