using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orrery.Vectors.Distances;

/// <summary>
/// Σ term(xᵢ, yᵢ) of two vectors. Four sums run side by side, as a fused multiply-add has a latency of four cycles. A tail is the last full
/// vector again with what was added already masked to zero, so nothing is read outside of the rows.
/// </summary>
internal static unsafe class PairKernel
{
    /// <summary>The widest variant that this processor has and that the length fills once.</summary>
    public static float Sum<TTerm>(float* x, float* y, int length)
        where TTerm : struct, ITerm
    {
        if (Vector512.IsHardwareAccelerated && length >= Vector512<float>.Count)
            return Sum512<TTerm>(x, y, length);
        if (Vector256.IsHardwareAccelerated && length >= Vector256<float>.Count)
            return Sum256<TTerm>(x, y, length);
        return length >= Vector128<float>.Count ? Sum128<TTerm>(x, y, length) : SumScalar<TTerm>(x, y, length);
    }

    public static float SumScalar<TTerm>(float* x, float* y, int length)
        where TTerm : struct, ITerm
    {
        var sum = 0f;
        for (var i = 0; i < length; i++)
            sum = TTerm.Add(sum, x[i], y[i]);
        return sum;
    }

    /// <summary>Needs at least 4 components.</summary>
    public static float Sum128<TTerm>(float* x, float* y, int length)
        where TTerm : struct, ITerm
    {
        var sum = Vector128<float>.Zero;
        var i = 0;
        for (; i <= length - 4; i += 4)
            sum = TTerm.Add(sum, Vector128.Load(x + i), Vector128.Load(y + i));
        if (i < length)
        {
            var mask = Tail128(length - i);
            sum = TTerm.Add(sum, Vector128.Load(x + length - 4) & mask, Vector128.Load(y + length - 4) & mask);
        }

        return Vector128.Sum(sum);
    }

    /// <summary>Needs at least 8 components.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum256<TTerm>(float* x, float* y, int length)
        where TTerm : struct, ITerm
    {
        Vector256<float> a = default, b = default, c = default, d = default;
        var i = 0;
        for (; i <= length - 32; i += 32)
        {
            a = TTerm.Add(a, Vector256.Load(x + i), Vector256.Load(y + i));
            b = TTerm.Add(b, Vector256.Load(x + i + 8), Vector256.Load(y + i + 8));
            c = TTerm.Add(c, Vector256.Load(x + i + 16), Vector256.Load(y + i + 16));
            d = TTerm.Add(d, Vector256.Load(x + i + 24), Vector256.Load(y + i + 24));
        }

        for (; i <= length - 8; i += 8)
            a = TTerm.Add(a, Vector256.Load(x + i), Vector256.Load(y + i));
        if (i < length)
        {
            var mask = Tail256(length - i);
            b = TTerm.Add(b, Vector256.Load(x + length - 8) & mask, Vector256.Load(y + length - 8) & mask);
        }

        return Vector256.Sum((a + b) + (c + d));
    }

    /// <summary>Needs at least 16 components.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum512<TTerm>(float* x, float* y, int length)
        where TTerm : struct, ITerm
    {
        Vector512<float> a = default, b = default, c = default, d = default;
        var i = 0;
        for (; i <= length - 64; i += 64)
        {
            a = TTerm.Add(a, Vector512.Load(x + i), Vector512.Load(y + i));
            b = TTerm.Add(b, Vector512.Load(x + i + 16), Vector512.Load(y + i + 16));
            c = TTerm.Add(c, Vector512.Load(x + i + 32), Vector512.Load(y + i + 32));
            d = TTerm.Add(d, Vector512.Load(x + i + 48), Vector512.Load(y + i + 48));
        }

        for (; i <= length - 16; i += 16)
            a = TTerm.Add(a, Vector512.Load(x + i), Vector512.Load(y + i));
        if (i < length)
        {
            var mask = Tail512(length - i);
            b = TTerm.Add(b, Vector512.Load(x + length - 16) & mask, Vector512.Load(y + length - 16) & mask);
        }

        return Vector512.Sum((a + b) + (c + d));
    }

    /// <summary>All bits set in the last <paramref name="remaining"/> lanes.</summary>
    public static Vector128<float> Tail128(int remaining) =>
        Vector128.GreaterThan(Vector128<int>.Indices, Vector128.Create(3 - remaining)).AsSingle();

    /// <inheritdoc cref="Tail128"/>
    public static Vector256<float> Tail256(int remaining) =>
        Vector256.GreaterThan(Vector256<int>.Indices, Vector256.Create(7 - remaining)).AsSingle();

    /// <inheritdoc cref="Tail128"/>
    public static Vector512<float> Tail512(int remaining) =>
        Vector512.GreaterThan(Vector512<int>.Indices, Vector512.Create(15 - remaining)).AsSingle();
}
