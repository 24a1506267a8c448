using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orrery.Vectors.Distances;

/// <summary>
/// One query against many rows. Four rows go together: the query is loaded once for all of them, and their sums do not wait for each other.
/// </summary>
internal static unsafe class BlockKernel
{
    // Four rows are four streams from memory, each of which the processor's prefetcher has to find anew at every page: of rows of 3 KB it read 19 GB/s so, of 37 that there are.
    private const int LongestTogether = 1024;

    /// <summary>Against the rows of a contiguous block, (rows, dimension).</summary>
    public static void Sums<TTerm, TElement>(byte* query, byte* block, int dimension, int rows, float* sums)
        where TTerm : struct, ITerm
        where TElement : struct, IElement
    {
        var row = 0;
        var stride = (long)dimension * TElement.Size;
        var together = stride <= LongestTogether ? rows - 4 : -1;
        if (Vector512.IsHardwareAccelerated && dimension >= Vector512<float>.Count)
        {
            for (; row <= together; row += 4, block += 4 * stride)
                Four512<TTerm, TElement>(query, block, block + stride, block + 2 * stride, block + 3 * stride, dimension, sums + row);
        }
        else if (Vector256.IsHardwareAccelerated && dimension >= Vector256<float>.Count)
        {
            for (; row <= together; row += 4, block += 4 * stride)
                Four256<TTerm, TElement>(query, block, block + stride, block + 2 * stride, block + 3 * stride, dimension, sums + row);
        }

        for (; row < rows; row++, block += stride)
            sums[row] = PairKernel.Sum<TTerm, TElement>(query, block, dimension);
    }

    /// <summary>Against chosen rows of a block.</summary>
    public static void Gather<TTerm, TElement>(byte* query, byte* block, int dimension, int* slots, int count, float* sums)
        where TTerm : struct, ITerm
        where TElement : struct, IElement
    {
        var i = 0;
        var stride = (long)dimension * TElement.Size;
        if (Vector512.IsHardwareAccelerated && dimension >= Vector512<float>.Count)
        {
            for (; i <= count - 4; i += 4)
            {
                Four512<TTerm, TElement>(
                    query, block + slots[i] * stride, block + slots[i + 1] * stride, block + slots[i + 2] * stride, block + slots[i + 3] * stride, dimension, sums + i);
            }
        }
        else if (Vector256.IsHardwareAccelerated && dimension >= Vector256<float>.Count)
        {
            for (; i <= count - 4; i += 4)
            {
                Four256<TTerm, TElement>(
                    query, block + slots[i] * stride, block + slots[i + 1] * stride, block + slots[i + 2] * stride, block + slots[i + 3] * stride, dimension, sums + i);
            }
        }

        for (; i < count; i++)
            sums[i] = PairKernel.Sum<TTerm, TElement>(query, block + slots[i] * stride, dimension);
    }

    /// <summary>Needs at least 16 components.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Four512<TTerm, TElement>(byte* query, byte* first, byte* second, byte* third, byte* fourth, int dimension, float* sums)
        where TTerm : struct, ITerm
        where TElement : struct, IElement
    {
        Vector512<float> a = default, b = default, c = default, d = default;
        var size = TElement.Size;
        long at = 0;
        for (var rest = dimension >> 4; rest > 0; rest--, at += 16 * size)
        {
            var q = TElement.Load512(query + at);
            a = TTerm.Add(a, q, TElement.Load512(first + at));
            b = TTerm.Add(b, q, TElement.Load512(second + at));
            c = TTerm.Add(c, q, TElement.Load512(third + at));
            d = TTerm.Add(d, q, TElement.Load512(fourth + at));
        }

        if ((dimension & 15) is var tail and > 0)
        {
            var mask = PairKernel.Tail512(tail);
            at -= (16 - tail) * size;
            var q = TElement.Load512(query + at) & mask;
            a = TTerm.Add(a, q, TElement.Load512(first + at) & mask);
            b = TTerm.Add(b, q, TElement.Load512(second + at) & mask);
            c = TTerm.Add(c, q, TElement.Load512(third + at) & mask);
            d = TTerm.Add(d, q, TElement.Load512(fourth + at) & mask);
        }

        FourSums.Store(a, b, c, d, sums);
    }

    /// <summary>Needs at least 8 components.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Four256<TTerm, TElement>(byte* query, byte* first, byte* second, byte* third, byte* fourth, int dimension, float* sums)
        where TTerm : struct, ITerm
        where TElement : struct, IElement
    {
        Vector256<float> a = default, b = default, c = default, d = default;
        var size = TElement.Size;
        long at = 0;
        for (var rest = dimension >> 3; rest > 0; rest--, at += 8 * size)
        {
            var q = TElement.Load256(query + at);
            a = TTerm.Add(a, q, TElement.Load256(first + at));
            b = TTerm.Add(b, q, TElement.Load256(second + at));
            c = TTerm.Add(c, q, TElement.Load256(third + at));
            d = TTerm.Add(d, q, TElement.Load256(fourth + at));
        }

        if ((dimension & 7) is var tail and > 0)
        {
            var mask = PairKernel.Tail256(tail);
            at -= (8 - tail) * size;
            var q = TElement.Load256(query + at) & mask;
            a = TTerm.Add(a, q, TElement.Load256(first + at) & mask);
            b = TTerm.Add(b, q, TElement.Load256(second + at) & mask);
            c = TTerm.Add(c, q, TElement.Load256(third + at) & mask);
            d = TTerm.Add(d, q, TElement.Load256(fourth + at) & mask);
        }

        FourSums.Store(a, b, c, d, sums);
    }
}
