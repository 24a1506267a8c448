using System.Numerics;
using System.Runtime.Intrinsics;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Memory;

namespace Orrery.Vectors.Flat;

/// <summary>
/// Up to 32 queries against all rows at once. What is far is passed over 16 queries at a time: one comparison with the farthest that each of them keeps.
/// </summary>
internal static unsafe class FlatTile
{
    // 64 rows of 100 components are 25 KiB, and their 8 KiB of ranks are still in the first-level cache when they are looked at.
    private const int BlockRows = 64;

    /// <param name="space">Ranks.</param>
    /// <param name="queries">(queries, dimension), as the space keeps them.</param>
    /// <param name="rows">(ids, dimension)</param>
    /// <param name="ids">Of the rows.</param>
    /// <param name="found">A heap for each query; those beyond 32 are left alone.</param>
    /// <param name="counts">How full the heaps are.</param>
    public static void Scan(Space space, float* queries, float* rows, ReadOnlySpan<long> ids, Span<Neighbor[]> found, Span<int> counts)
    {
        var lanes = Math.Min(TileKernel.Lanes, found.Length);
        var packed = new NativeBlock<float>((long)space.Dimension * TileKernel.Lanes);
        var ranks = new NativeBlock<float>(BlockRows * TileKernel.Lanes);
        var farthest = stackalloc float[TileKernel.Lanes];
        for (var lane = 0; lane < TileKernel.Lanes; lane++)
            farthest[lane] = lane < lanes ? float.PositiveInfinity : float.NegativeInfinity;
        TileKernel.Pack(queries, lanes, space.Dimension, packed.Pointer);
        for (var start = 0; start < ids.Length; start += BlockRows)
        {
            var count = Math.Min(BlockRows, ids.Length - start);
            space.RankTile(packed.Pointer, rows + (long)start * space.Dimension, count, ranks.Pointer);
            for (var row = 0; row < count; row++)
            {
                for (var half = 0; half < TileKernel.Lanes; half += 16)
                    Offer(ranks.Pointer + row * TileKernel.Lanes + half, ids[start + row], half, farthest, found, counts);
            }
        }

        GC.KeepAlive(packed);
        GC.KeepAlive(ranks);
    }

    private static void Offer(float* ranks, long id, int half, float* farthest, Span<Neighbor[]> found, Span<int> counts)
    {
        var all = Vector512.Load(ranks);
        // Not "less or equal": NaN, an overflow, is as far as can be, and still fills a heap that has room.
        var near = ~Vector512.GreaterThan(all, Vector512.Load(farthest + half)).ExtractMostSignificantBits() & 0xFFFF;
        for (; near != 0; near &= near - 1)
        {
            var lane = half + BitOperations.TrailingZeroCount(near);
            if (lane >= found.Length)
                return;
            var nearest = new TopK(found[lane], counts[lane]);
            nearest.Offer(new Neighbor(id, Space.Orderly(ranks[lane - half])));
            counts[lane] = nearest.Count;
            if (nearest.Count == found[lane].Length)
                farthest[lane] = found[lane][0].Distance;
        }
    }
}
