using System.Runtime.Intrinsics;

namespace Orrery.Vectors.Distances;

/// <summary>
/// One query against the rows of a contiguous block, (rows, dimension). Four rows go together: the query is loaded once for all of them, and their
/// sums do not wait for each other.
/// </summary>
internal static unsafe class BlockKernel
{
    public static void Sums<TTerm>(float* query, float* block, int dimension, int rows, float* sums)
        where TTerm : struct, ITerm
    {
        var row = 0;
        if (Vector512.IsHardwareAccelerated && dimension >= Vector512<float>.Count)
        {
            for (; row <= rows - 4; row += 4)
                Four512<TTerm>(query, block + (long)row * dimension, dimension, sums + row);
        }
        else if (Vector256.IsHardwareAccelerated && dimension >= Vector256<float>.Count)
        {
            for (; row <= rows - 4; row += 4)
                Four256<TTerm>(query, block + (long)row * dimension, dimension, sums + row);
        }

        for (; row < rows; row++)
            sums[row] = PairKernel.Sum<TTerm>(query, block + (long)row * dimension, dimension);
    }

    /// <summary>Needs at least 16 components.</summary>
    public static void Four512<TTerm>(float* query, float* rows, int dimension, float* sums)
        where TTerm : struct, ITerm
    {
        float* second = rows + dimension, third = second + dimension, fourth = third + dimension;
        Vector512<float> a = default, b = default, c = default, d = default;
        var i = 0;
        for (; i <= dimension - 16; i += 16)
        {
            var q = Vector512.Load(query + i);
            a = TTerm.Add(a, q, Vector512.Load(rows + i));
            b = TTerm.Add(b, q, Vector512.Load(second + i));
            c = TTerm.Add(c, q, Vector512.Load(third + i));
            d = TTerm.Add(d, q, Vector512.Load(fourth + i));
        }

        if (i < dimension)
        {
            var mask = PairKernel.Tail512(dimension - i);
            i = dimension - 16;
            var q = Vector512.Load(query + i) & mask;
            a = TTerm.Add(a, q, Vector512.Load(rows + i) & mask);
            b = TTerm.Add(b, q, Vector512.Load(second + i) & mask);
            c = TTerm.Add(c, q, Vector512.Load(third + i) & mask);
            d = TTerm.Add(d, q, Vector512.Load(fourth + i) & mask);
        }

        (sums[0], sums[1], sums[2], sums[3]) = (Vector512.Sum(a), Vector512.Sum(b), Vector512.Sum(c), Vector512.Sum(d));
    }

    /// <summary>Needs at least 8 components.</summary>
    public static void Four256<TTerm>(float* query, float* rows, int dimension, float* sums)
        where TTerm : struct, ITerm
    {
        float* second = rows + dimension, third = second + dimension, fourth = third + dimension;
        Vector256<float> a = default, b = default, c = default, d = default;
        var i = 0;
        for (; i <= dimension - 8; i += 8)
        {
            var q = Vector256.Load(query + i);
            a = TTerm.Add(a, q, Vector256.Load(rows + i));
            b = TTerm.Add(b, q, Vector256.Load(second + i));
            c = TTerm.Add(c, q, Vector256.Load(third + i));
            d = TTerm.Add(d, q, Vector256.Load(fourth + i));
        }

        if (i < dimension)
        {
            var mask = PairKernel.Tail256(dimension - i);
            i = dimension - 8;
            var q = Vector256.Load(query + i) & mask;
            a = TTerm.Add(a, q, Vector256.Load(rows + i) & mask);
            b = TTerm.Add(b, q, Vector256.Load(second + i) & mask);
            c = TTerm.Add(c, q, Vector256.Load(third + i) & mask);
            d = TTerm.Add(d, q, Vector256.Load(fourth + i) & mask);
        }

        (sums[0], sums[1], sums[2], sums[3]) = (Vector256.Sum(a), Vector256.Sum(b), Vector256.Sum(c), Vector256.Sum(d));
    }
}
