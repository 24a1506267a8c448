using System.Numerics;
using System.Runtime.InteropServices;

namespace Orrery.Vectors.Distances;

/// <summary>
/// Distances between two vectors of float32, by the widest instructions that the processor has (AVX-512, AVX2, 128-bit). O(d), no allocation,
/// thread-safe. Sums are float32: the relative error grows like d·2⁻²⁴ at worst, and squares beyond 3.4e38 overflow to infinity. NaN stays NaN,
/// except that <see cref="Hamming(ReadOnlySpan{float}, ReadOnlySpan{float})"/> counts it as different. Empty vectors are 0 apart.
/// </summary>
public static unsafe class Distance
{
    /// <summary>Σ xᵢyᵢ: a similarity, greater is closer.</summary>
    /// <exception cref="ArgumentException">The vectors differ in length.</exception>
    public static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y) => 0 - Sum<NegatedProduct>(x, y);

    /// <summary>1 − cos(x, y), in [0, 2]; NaN where a vector is zero, as it has no direction.</summary>
    /// <exception cref="ArgumentException">The vectors differ in length.</exception>
    public static float Cosine(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        // Roots are taken in double, so that the product of two squared lengths neither overflows nor underflows.
        var lengths = Math.Sqrt(Dot(x, x)) * Math.Sqrt(Dot(y, y));
        return x.IsEmpty && y.IsEmpty ? 0 : (float)(1 - Math.Clamp(Dot(x, y) / lengths, -1, 1));
    }

    /// <summary>√Σ (xᵢ − yᵢ)².</summary>
    /// <exception cref="ArgumentException">The vectors differ in length.</exception>
    public static float Euclidean(ReadOnlySpan<float> x, ReadOnlySpan<float> y) => MathF.Sqrt(SquaredEuclidean(x, y));

    /// <summary>Σ (xᵢ − yᵢ)²: ranks as <see cref="Euclidean"/> does.</summary>
    /// <exception cref="ArgumentException">The vectors differ in length.</exception>
    public static float SquaredEuclidean(ReadOnlySpan<float> x, ReadOnlySpan<float> y) => Sum<SquaredDifference>(x, y);

    /// <summary>Σ |xᵢ − yᵢ|.</summary>
    /// <exception cref="ArgumentException">The vectors differ in length.</exception>
    public static float Manhattan(ReadOnlySpan<float> x, ReadOnlySpan<float> y) => Sum<AbsoluteDifference>(x, y);

    /// <summary>The number of components that differ.</summary>
    /// <exception cref="ArgumentException">The vectors differ in length.</exception>
    public static int Hamming(ReadOnlySpan<float> x, ReadOnlySpan<float> y) => (int)Sum<Inequality>(x, y);

    /// <summary>The number of bits that differ, eight a byte.</summary>
    /// <exception cref="ArgumentException">The vectors differ in length.</exception>
    public static long Hamming(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        SameLength(x.Length, y.Length);
        var wordsX = MemoryMarshal.Cast<byte, ulong>(x);
        var wordsY = MemoryMarshal.Cast<byte, ulong>(y);
        long count = 0;
        for (var i = 0; i < wordsX.Length; i++)
            count += BitOperations.PopCount(wordsX[i] ^ wordsY[i]);
        for (var i = wordsX.Length * sizeof(ulong); i < x.Length; i++)
            count += BitOperations.PopCount((uint)(x[i] ^ y[i]));
        return count;
    }

    private static float Sum<TTerm>(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
        where TTerm : struct, ITerm
    {
        SameLength(x.Length, y.Length);
        fixed (float* first = x, second = y)
            return PairKernel.Sum<TTerm>(first, second, x.Length);
    }

    private static void SameLength(int x, int y)
    {
        if (x != y)
            throw new ArgumentException($"Expected two vectors of one length; got {x} and {y}.", nameof(y));
    }
}
