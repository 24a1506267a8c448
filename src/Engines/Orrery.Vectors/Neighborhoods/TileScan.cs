using Orrery.Vectors.Distances;
using Orrery.Vectors.Memory;

namespace Orrery.Vectors.Neighborhoods;

/// <summary>Is told the ranks of some queries by one row after the other.</summary>
internal unsafe interface ITileVisitor
{
    /// <param name="row">Which.</param>
    /// <param name="ranks">(queries): NaN, an overflow, may be among them.</param>
    void Visit(int row, float* ranks);
}

/// <summary>Chosen rows against all rows, 32 of them at a time (<see cref="TileKernel"/>): a third of the time that one at a time takes.</summary>
internal static unsafe class TileScan
{
    // As in FlatTile: a block and its ranks stay in the first-level cache.
    private const int BlockRows = 64;

    /// <param name="rows">All.</param>
    /// <param name="queries">Places of rows: at most 32.</param>
    /// <param name="from">The first row that is compared.</param>
    /// <param name="visitor">Is told every rank.</param>
    public static void Run<TVisitor>(VectorRows rows, ReadOnlySpan<int> queries, int from, ref TVisitor visitor)
        where TVisitor : struct, ITileVisitor
    {
        var dimension = rows.Dimension;
        var chosen = new NativeBlock<float>((long)queries.Length * dimension);
        var packed = new NativeBlock<float>((long)dimension * TileKernel.Lanes);
        var ranks = stackalloc float[BlockRows * TileKernel.Lanes];
        for (var i = 0; i < queries.Length; i++)
            new ReadOnlySpan<float>(rows.Row(queries[i]), dimension).CopyTo(new Span<float>(chosen.Pointer + (long)i * dimension, dimension));
        TileKernel.Pack(chosen.Pointer, queries.Length, dimension, packed.Pointer);
        for (var start = from; start < rows.Count; start += BlockRows)
        {
            var count = Math.Min(BlockRows, rows.Count - start);
            rows.Space.RankTile(packed.Pointer, rows.Row(start), count, ranks);
            for (var row = 0; row < count; row++)
                visitor.Visit(start + row, ranks + row * TileKernel.Lanes);
        }

        GC.KeepAlive(rows);
        GC.KeepAlive(chosen);
        GC.KeepAlive(packed);
    }
}
