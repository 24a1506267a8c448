namespace Orrery.Vectors.Hnsw;

/// <summary>
/// A storage at one moment. Ids and vectors are shared with it, as a slot is written once; links, which change, are copied.
/// </summary>
internal sealed record HnswSnapshot(HnswBlocks Blocks, int M, int Used, long UpperUsed, long Entry)
{
    /// <summary>Nothing may be written meanwhile.</summary>
    public static HnswSnapshot Take(HnswStorage storage)
    {
        var (blocks, used) = (storage.Blocks, storage.Used);
        // A storage over a file never changes its links.
        var frozen = blocks.IsBorrowed
            ? blocks with { Hidden = blocks.Hidden.Copy(used) }
            : blocks with
            {
                Hidden = blocks.Hidden.Copy(used),
                Layers = blocks.Layers.Copy(used),
                Lowest = blocks.Lowest.Copy((long)used * (2 * storage.M + 1)),
                Upper = blocks.Upper.Copy(storage.UpperUsed),
            };
        return new HnswSnapshot(frozen, storage.M, used, storage.UpperUsed, storage.Entry);
    }
}
