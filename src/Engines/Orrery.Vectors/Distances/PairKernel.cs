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
    public static float Sum<TTerm, TElement>(byte* x, byte* y, int length)
        where TTerm : struct, ITerm
        where TElement : struct, IElement
    {
        if (Vector512.IsHardwareAccelerated && length >= Vector512<float>.Count)
            return Sum512<TTerm, TElement>(x, y, length);
        if (Vector256.IsHardwareAccelerated && length >= Vector256<float>.Count)
            return Sum256<TTerm, TElement>(x, y, length);
        return length >= Vector128<float>.Count ? Sum128<TTerm, TElement>(x, y, length) : SumScalar<TTerm, TElement>(x, y, length);
    }

    public static float SumScalar<TTerm, TElement>(byte* x, byte* y, int length)
        where TTerm : struct, ITerm
        where TElement : struct, IElement
    {
        var sum = 0f;
        for (byte* end = x + (long)length * TElement.Size; x < end; x += TElement.Size, y += TElement.Size)
            sum = TTerm.Add(sum, TElement.Load(x), TElement.Load(y));
        return sum;
    }

    /// <summary>Needs at least 4 components.</summary>
    public static float Sum128<TTerm, TElement>(byte* x, byte* y, int length)
        where TTerm : struct, ITerm
        where TElement : struct, IElement
    {
        var step = 4 * TElement.Size;
        var sum = Vector128<float>.Zero;
        for (var rest = length >> 2; rest > 0; rest--, x += step, y += step)
            sum = TTerm.Add(sum, TElement.Load128(x), TElement.Load128(y));
        if ((length & 3) is var tail and > 0)
        {
            var (mask, back) = (Tail128(tail), (4 - tail) * TElement.Size);
            sum = TTerm.Add(sum, TElement.Load128(x - back) & mask, TElement.Load128(y - back) & mask);
        }

        return Vector128.Sum(sum);
    }

    /// <summary>Needs at least 8 components.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum256<TTerm, TElement>(byte* x, byte* y, int length)
        where TTerm : struct, ITerm
        where TElement : struct, IElement
    {
        var step = 8 * TElement.Size;
        Vector256<float> a = default, b = default, c = default, d = default;
        for (var rest = length >> 5; rest > 0; rest--, x += 4 * step, y += 4 * step)
        {
            a = TTerm.Add(a, TElement.Load256(x), TElement.Load256(y));
            b = TTerm.Add(b, TElement.Load256(x + step), TElement.Load256(y + step));
            c = TTerm.Add(c, TElement.Load256(x + 2 * step), TElement.Load256(y + 2 * step));
            d = TTerm.Add(d, TElement.Load256(x + 3 * step), TElement.Load256(y + 3 * step));
        }

        for (var rest = (length >> 3) & 3; rest > 0; rest--, x += step, y += step)
            a = TTerm.Add(a, TElement.Load256(x), TElement.Load256(y));
        if ((length & 7) is var tail and > 0)
        {
            var (mask, back) = (Tail256(tail), (8 - tail) * TElement.Size);
            b = TTerm.Add(b, TElement.Load256(x - back) & mask, TElement.Load256(y - back) & mask);
        }

        return Vector256.Sum((a + b) + (c + d));
    }

    /// <summary>Needs at least 16 components.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum512<TTerm, TElement>(byte* x, byte* y, int length)
        where TTerm : struct, ITerm
        where TElement : struct, IElement
    {
        var step = 16 * TElement.Size;
        Vector512<float> a = default, b = default, c = default, d = default;
        for (var rest = length >> 6; rest > 0; rest--, x += 4 * step, y += 4 * step)
        {
            a = TTerm.Add(a, TElement.Load512(x), TElement.Load512(y));
            b = TTerm.Add(b, TElement.Load512(x + step), TElement.Load512(y + step));
            c = TTerm.Add(c, TElement.Load512(x + 2 * step), TElement.Load512(y + 2 * step));
            d = TTerm.Add(d, TElement.Load512(x + 3 * step), TElement.Load512(y + 3 * step));
        }

        for (var rest = (length >> 4) & 3; rest > 0; rest--, x += step, y += step)
            a = TTerm.Add(a, TElement.Load512(x), TElement.Load512(y));
        if ((length & 15) is var tail and > 0)
        {
            var (mask, back) = (Tail512(tail), (16 - tail) * TElement.Size);
            b = TTerm.Add(b, TElement.Load512(x - back) & mask, TElement.Load512(y - back) & mask);
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
