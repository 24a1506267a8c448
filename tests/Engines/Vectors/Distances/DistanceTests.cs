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
        Assert.Equal(pair.X.Zip(pair.Y, (a, b) => (long)BitOperations.PopCount((uint)(a ^ b))).Sum(), Distance.Hamming(pair.X, pair.Y)));

    [Fact]
    public void Vectors_of_two_lengths_are_refused()
    {
        Assert.Contains("got 2 and 3", Assert.Throws<ArgumentException>(() => Distance.Dot(new float[2], new float[3])).Message);
        Assert.Throws<ArgumentException>(() => Distance.Hamming(new byte[2], new byte[3]));
    }

    [Fact]
    public void A_zero_vector_has_no_cosine() => Assert.True(float.IsNaN(Distance.Cosine(new float[4], [1, 2, 3, 4])));
}
