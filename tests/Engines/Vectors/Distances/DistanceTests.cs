using System.Numerics;
using CsCheck;
using Orrery.Vectors.Distances;
using Xunit;

namespace Orrery.Vectors.Tests.Distances;

public sealed class DistanceTests
{
    private static readonly Gen<(float[] X, float[] Y)> Pairs =
        Gen.Int[1, 70].SelectMany(n => Gen.Select(Gen.Float[-10, 10].Array[n], Gen.Float[-10, 10].Array[n]));

    [Fact]
    public void Known_distances()
    {
        float[] x = [3, 0, 1], y = [0, 4, 1];
        Assert.Equal(1, Distance.Dot(x, y));
        Assert.Equal(5, Distance.Euclidean(x, y));
        Assert.Equal(25, Distance.SquaredEuclidean(x, y));
        Assert.Equal(7, Distance.Manhattan(x, y));
        Assert.Equal(2, Distance.Hamming(x, y));
        Assert.Equal(1 - 1 / Math.Sqrt(170), Distance.Cosine(x, y), 1e-6);
    }

    [Fact]
    public void Distances_are_symmetric_and_zero_to_oneself() => Pairs.Sample(pair =>
    {
        var (x, y) = pair;
        Assert.Equal(Distance.Euclidean(x, y), Distance.Euclidean(y, x));
        Assert.Equal(Distance.Manhattan(x, y), Distance.Manhattan(y, x));
        Assert.Equal(Distance.Hamming(x, y), Distance.Hamming(y, x));
        Assert.Equal(0, Distance.Euclidean(x, x));
        Assert.Equal(0, Distance.Manhattan(x, x));
    });

    [Fact]
    public void Cosine_does_not_depend_on_length() => Pairs.Sample(pair =>
    {
        var (x, y) = pair;
        if (Distance.Dot(x, x) < 1e-3 || Distance.Dot(y, y) < 1e-3)
            return;
        Assert.Equal(Distance.Cosine(x, y), Distance.Cosine([.. x.Select(v => v * 1000)], y), 4);
    });

    [Fact]
    public void Bits_are_counted_at_every_length() => Gen.Byte.Array[0, 300].Select(x => (X: x, Y: x.Reverse().ToArray())).Sample(pair =>
        Assert.Equal(pair.X.Zip(pair.Y, (a, b) => (long)BitOperations.PopCount((uint)(a ^ b))).Sum(), Distance.HammingBits(pair.X, pair.Y)));

    [Fact]
    public void Vectors_of_two_lengths_are_refused()
    {
        Assert.Contains("got 2 and 3", Assert.Throws<ArgumentException>(() => Distance.Dot(new float[2], new float[3])).Message);
        Assert.Throws<ArgumentException>(() => Distance.HammingBits(new byte[2], new byte[3]));
    }

    [Fact]
    public void A_zero_vector_has_no_cosine() => Assert.True(float.IsNaN(Distance.Cosine(new float[4], [1, 2, 3, 4])));

    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclidean)]
    [InlineData(Metric.Manhattan)]
    [InlineData(Metric.Hamming)]
    public void One_to_many_is_one_to_one_many_times(Metric metric)
    {
        Gen.Select(Gen.Int[1, 70], Gen.Int[0, 9]).SelectMany((d, rows) => Gen.Select(Gen.SByte.Array[d], Gen.SByte.Array[d * rows])).Sample(pair =>
        {
            var (query, rows) = pair;
            query[0] |= 1;
            for (var start = 0; start < rows.Length; start += query.Length)
                rows[start] |= 1;
            Same(metric, query, rows, (x, y) => One(metric, x, y));
            Same<byte>(metric, [.. query.Select(v => (byte)v)], [.. rows.Select(v => (byte)v)], (x, y) => One(metric, x, y));
            Same<float>(metric, [.. query.Select(v => v / 8f)], [.. rows.Select(v => v / 8f)], (x, y) => One(metric, x, y));
            Same<Half>(metric, [.. query.Select(v => (Half)v)], [.. rows.Select(v => (Half)v)], (x, y) => One(metric, x, y));
            Same<BFloat16>(metric, [.. query.Select(v => (BFloat16)v)], [.. rows.Select(v => (BFloat16)v)], (x, y) => One(metric, x, y));
        }, iter: 200);
    }

    [Fact]
    public void Components_of_another_type_are_refused() =>
        Assert.Contains("Int32", Assert.Throws<NotSupportedException>(() => Distance.Dot<int>(new int[2], new int[2])).Message);

    [Fact]
    public void Rows_that_are_no_whole_vectors_are_refused() =>
        Assert.Throws<ArgumentException>(() => Distance.ToMany<float>(Metric.Dot, new float[3], new float[7], new float[2]));

    [Fact]
    public void Brain_floats_round_to_the_nearest_even_and_keep_what_is_not_finite()
    {
        Assert.Equal(1f, (float)(BFloat16)1.00390625f);
        Assert.Equal(1.015625f, (float)(BFloat16)1.01171875f);
        Assert.Equal(float.NegativeInfinity, (float)(BFloat16)float.NegativeInfinity);
        Assert.Equal(float.PositiveInfinity, (float)(BFloat16)float.MaxValue);
        Assert.True(float.IsNaN((BFloat16)float.NaN));
        Assert.True(float.IsNaN((BFloat16)BitConverter.UInt32BitsToSingle(0x7FFFFFFF)));
    }

    private static void Same<T>(Metric metric, T[] query, T[] rows, Func<T[], T[], float> one)
        where T : unmanaged
    {
        var distances = new float[rows.Length / query.Length];
        Distance.ToMany<T>(metric, query, rows, distances);
        for (var i = 0; i < distances.Length; i++)
        {
            var expected = one(query, rows[(i * query.Length)..((i + 1) * query.Length)]);
            Assert.Equal(expected, distances[i], 1e-4 * (1 + Math.Abs(expected)));
        }
    }

    private static float One<T>(Metric metric, T[] x, T[] y)
        where T : unmanaged => metric switch
        {
            Metric.Cosine => Distance.Cosine<T>(x, y),
            Metric.Dot => -Distance.Dot<T>(x, y),
            Metric.Euclidean => Distance.Euclidean<T>(x, y),
            Metric.Manhattan => Distance.Manhattan<T>(x, y),
            _ => Distance.Hamming<T>(x, y),
        };
}
