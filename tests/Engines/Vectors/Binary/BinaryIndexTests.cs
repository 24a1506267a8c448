using Orrery.Statistics;
using Orrery.Vectors.Binary;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Tests.Hnsw;
using Xunit;

namespace Orrery.Vectors.Tests.Binary;

public sealed class BinaryIndexTests
{
    [Theory]
    [InlineData(Metric.Euclidean)]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    public void One_bit_a_component_and_rescoring_recall(Metric metric)
    {
        var data = new Clusters(3_000, 60, metric, seed: 41);
        var index = Build(data, Enumerable.Range(0, 3_000));
        var recall = data.Recall(_ => true, query => index.Search(query, Clusters.K, oversampling: 20));
        Assert.True(recall >= 0.9, $"recall {recall}");
        var wide = data.Recall(_ => true, query => index.Search(query, Clusters.K, oversampling: 300));
        Assert.Equal(1, wide);
    }

    [Fact]
    public void Points_that_come_and_go_leave_exactly_those_that_stayed()
    {
        var data = new Clusters(500, 20, Metric.Euclidean, seed: 42);
        var index = Build(data, Enumerable.Range(0, 500));
        for (var id = 0; id < 500; id += 3)
        {
            Assert.True(index.Remove(id));
            Assert.False(index.Remove(id));
            data.Exact.Remove(id);
        }

        Assert.Equal(data.Exact.Count, index.Count);
        Assert.Equal(1, data.Recall(_ => true, query => index.Search(query, Clusters.K, oversampling: 50)));
        var allowed = new IdSet(Enumerable.Range(0, 250).Select(id => (long)id));
        Assert.Equal(1, data.Recall(allowed.Contains, query => index.Search(query, Clusters.K, oversampling: 50, allowed)));
    }

    /// <summary>Theorem 3.2 of the paper: the estimate is right on average, and its error falls like 1/√bits.</summary>
    [Fact]
    public void The_estimate_of_a_product_is_unbiased()
    {
        var random = new SeededRandom(5);
        var rotation = new RandomRotation(200, 64, seed: 1);
        Assert.Equal(256, rotation.Components);
        var (bias, spread) = (0d, 0d);
        const int Pairs = 400;
        for (var pair = 0; pair < Pairs; pair++)
        {
            float[] x = Rotated(rotation, random), y = Rotated(rotation, random);
            var code = new ulong[4];
            for (var i = 0; i < 256; i++)
                code[i / 64] |= x[i] > 0 ? 1UL << i : 0;
            var estimate = new BinaryQuery(y, new ulong[BinaryQuery.PlaneWords(256)]).SignedSum(code) * Distance.Dot<float>(x, x) / x.Sum(MathF.Abs);
            var error = (estimate - Distance.Dot<float>(x, y)) / Math.Sqrt(Distance.Dot<float>(x, x) * Distance.Dot<float>(y, y));
            bias += error / Pairs;
            spread += error * error / Pairs;
        }

        // The standard error of a product of unit vectors is about 0.76/√256 = 0.048; of the mean of 400 a twentieth of that.
        Assert.InRange(Math.Sqrt(spread), 0.02, 0.07);
        Assert.InRange(bias, -0.012, 0.012);
    }

    [Fact]
    public void A_rotation_keeps_lengths_and_angles()
    {
        var random = new SeededRandom(6);
        var rotation = new RandomRotation(100, 64, seed: 2);
        var (x, y) = (Vector(random, 100), Vector(random, 100));
        var (a, b) = (new float[128], new float[128]);
        rotation.Rotate(x, a);
        rotation.Rotate(y, b);
        Assert.Equal(Distance.Dot<float>(x, y), Distance.Dot<float>(a, b), 1e-3);
        Assert.Equal(Distance.Dot<float>(x, x), Distance.Dot<float>(a, a), 1e-3);
    }

    [Fact]
    public void What_cannot_be_in_the_index_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new BinaryIndex(2, Metric.Manhattan));
        Assert.Throws<ArgumentException>(() => new BinaryIndex(2, Metric.Dot, [1]));
        var index = new BinaryIndex(2, Metric.Cosine);
        Assert.Empty(index.Search([1, 1], 1));
        index.Add(1, [1, 2]);
        Assert.Throws<ArgumentException>(() => index.Add(1, [1, 2]));
        Assert.Throws<ArgumentException>(() => index.Add(2, [0, 0]));
        Assert.Throws<ArgumentException>(() => index.Search([float.NaN, 1], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search([1, 1], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search([1, 1], 1, oversampling: 0.5));
        Assert.Equal(1, index.Count);
    }

    private static BinaryIndex Build(Clusters data, IEnumerable<int> ids)
    {
        var index = new BinaryIndex(Clusters.Dimension, data.Exact.Metric, seed: 3);
        foreach (var id in ids)
            index.Add(id, data.Points[id]);
        return index;
    }

    private static float[] Rotated(RandomRotation rotation, SeededRandom random)
    {
        var rotated = new float[rotation.Components];
        rotation.Rotate(Vector(random, 200), rotated);
        return rotated;
    }

    private static float[] Vector(SeededRandom random, int dimension) => [.. Enumerable.Range(0, dimension).Select(_ => (float)random.NextGaussian())];
}
