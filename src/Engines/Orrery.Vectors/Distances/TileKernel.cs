using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orrery.Vectors.Distances;

/// <summary>
/// 32 queries against many rows. A lane is a query, so a component of a row is broadcast to all queries and no sum across lanes is ever taken: at 100 components those
/// cost as much as the products. Eight rows and 32 queries are 16 registers of sums, which hide the latency of a multiply-add and load 10 vectors for 16 of them.
/// </summary>
internal static unsafe class TileKernel
{
    /// <summary>Queries of a tile.</summary>
    public const int Lanes = 32;

    private const int Rows = 8;

    /// <summary>Turns up to 32 vectors, (count, dimension), into (dimension, 32); lanes without a vector are zero.</summary>
    public static void Pack(float* vectors, int count, int dimension, float* packed)
    {
        for (var i = 0; i < dimension; i++)
        {
            for (var lane = 0; lane < Lanes; lane++)
                packed[i * Lanes + lane] = lane < count ? vectors[(long)lane * dimension + i] : 0;
        }
    }

    /// <summary>Σ term of every query and row.</summary>
    /// <param name="packed">(dimension, 32)</param>
    /// <param name="block">(rows, dimension)</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="sums">(rows, 32)</param>
    public static void Sums<TTerm>(float* packed, float* block, int dimension, int rows, float* sums)
        where TTerm : struct, ITerm
    {
        var row = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; row <= rows - Rows; row += Rows)
                Eight512<TTerm>(packed, block + (long)row * dimension, dimension, sums + row * Lanes);
        }

        for (; row < rows; row++)
            One256<TTerm>(packed, block + (long)row * dimension, dimension, sums + row * Lanes);
    }

    public static void Eight512<TTerm>(float* packed, float* rows, int dimension, float* sums)
        where TTerm : struct, ITerm
    {
        Vector512<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        Vector512<float> e0 = default, e1 = default, f0 = default, f1 = default, g0 = default, g1 = default, h0 = default, h1 = default;
        float* c = rows + 2L * dimension, e = rows + 4L * dimension, g = rows + 6L * dimension;
        for (var i = 0; i < dimension; i++, packed += Lanes)
        {
            var (low, high) = (Vector512.Load(packed), Vector512.Load(packed + 16));
            Two<TTerm>(ref a0, ref a1, low, high, rows[i]);
            Two<TTerm>(ref b0, ref b1, low, high, rows[i + dimension]);
            Two<TTerm>(ref c0, ref c1, low, high, c[i]);
            Two<TTerm>(ref d0, ref d1, low, high, c[i + dimension]);
            Two<TTerm>(ref e0, ref e1, low, high, e[i]);
            Two<TTerm>(ref f0, ref f1, low, high, e[i + dimension]);
            Two<TTerm>(ref g0, ref g1, low, high, g[i]);
            Two<TTerm>(ref h0, ref h1, low, high, g[i + dimension]);
        }

        Store(a0, a1, sums);
        Store(b0, b1, sums + Lanes);
        Store(c0, c1, sums + 2 * Lanes);
        Store(d0, d1, sums + 3 * Lanes);
        Store(e0, e1, sums + 4 * Lanes);
        Store(f0, f1, sums + 5 * Lanes);
        Store(g0, g1, sums + 6 * Lanes);
        Store(h0, h1, sums + 7 * Lanes);
    }

    public static void One256<TTerm>(float* packed, float* row, int dimension, float* sums)
        where TTerm : struct, ITerm
    {
        Vector256<float> a = default, b = default, c = default, d = default;
        for (var i = 0; i < dimension; i++, packed += Lanes)
        {
            var component = Vector256.Create(row[i]);
            a = TTerm.Add(a, Vector256.Load(packed), component);
            b = TTerm.Add(b, Vector256.Load(packed + 8), component);
            c = TTerm.Add(c, Vector256.Load(packed + 16), component);
            d = TTerm.Add(d, Vector256.Load(packed + 24), component);
        }

        a.Store(sums);
        b.Store(sums + 8);
        c.Store(sums + 16);
        d.Store(sums + 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Two<TTerm>(ref Vector512<float> low, ref Vector512<float> high, Vector512<float> x, Vector512<float> y, float component)
        where TTerm : struct, ITerm
    {
        var all = Vector512.Create(component);
        low = TTerm.Add(low, x, all);
        high = TTerm.Add(high, y, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> low, Vector512<float> high, float* sums)
    {
        low.Store(sums);
        high.Store(sums + 16);
    }
}
