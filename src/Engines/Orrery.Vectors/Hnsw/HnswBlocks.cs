using Orrery.Vectors.Distances;
using Orrery.Vectors.Memory;

namespace Orrery.Vectors.Hnsw;

/// <summary>The memory of a storage, as it also lies in a file.</summary>
/// <param name="Ids">(slots)</param>
/// <param name="Layers">(slots)</param>
/// <param name="Hidden">(slots)</param>
/// <param name="UpperStart">(slots), where a point's links above the lowest layer begin.</param>
/// <param name="Lowest">(slots, 1 + 2·M): the length of a list and its links.</param>
/// <param name="Upper">(layers of all points, 1 + M)</param>
/// <param name="Rows">(slots, row bytes): what ranks.</param>
/// <param name="Vectors">(slots, dimension) in float32; the same block as the rows where these are the vectors.</param>
internal sealed record HnswBlocks(
    NativeBlock<long> Ids, NativeBlock<sbyte> Layers, NativeBlock<bool> Hidden, NativeBlock<long> UpperStart, NativeBlock<int> Lowest, NativeBlock<int> Upper,
    NativeBlock<byte> Rows, NativeBlock<byte> Vectors)
{
    public static HnswBlocks Allocate(int capacity, long upper, Space space, int m)
    {
        var rows = new NativeBlock<byte>((long)capacity * space.RowBytes);
        return new HnswBlocks(
            new(capacity), new(capacity), new(capacity), new(capacity), new((long)capacity * (2 * m + 1)), new(upper), rows,
            space.IsQuantized ? new((long)capacity * space.Dimension * sizeof(float)) : rows);
    }

    /// <summary>Whether links and vectors may only be read.</summary>
    public bool IsBorrowed => Lowest.IsBorrowed;
}
