namespace Orrery.Vectors.Hnsw;

/// <summary>
/// Proves of links that came from outside that a search over them stays within the memory: checksums tell of accidents, not of intent. O(n·M), some milliseconds for a
/// hundred thousand points.
/// </summary>
internal static unsafe class GraphCheck
{
    /// <exception cref="ArgumentException">A number names no point.</exception>
    public static void Run(HnswBlocks blocks, int used, long entry, int m)
    {
        var (slot, layer) = ((int)entry, (int)(entry >> 32));
        Hold(entry == HnswStorage.None || (entry >= 0 && (uint)slot < (uint)used && layer == blocks.Layers[slot]));
        for (slot = 0; slot < used; slot++)
        {
            layer = blocks.Layers[slot];
            // A flag that is neither true nor false would be taken for either, as the compiler likes.
            Hold(layer is >= HnswStorage.None and <= HnswStorage.HighestLayer && ((byte*)blocks.Hidden.Pointer)[slot] <= 1);
            // What repair gave up is hidden and keeps its links on the layers that it once had, which nobody follows.
            Hold(layer != HnswStorage.None || blocks.Hidden[slot]);
            Links(blocks, blocks.Lowest.Pointer + (long)slot * (2 * m + 1), 2 * m, 0, used);
            var start = blocks.UpperStart[slot];
            Hold(start >= 0 && start + (long)Math.Max(0, layer) * (m + 1) <= blocks.Upper.Length);
            for (var above = 1; above <= layer; above++)
                Links(blocks, blocks.Upper.Pointer + start + (long)(above - 1) * (m + 1), m, above, used);
        }
    }

    private static void Links(HnswBlocks blocks, int* list, int most, int layer, int used)
    {
        var count = list[0];
        Hold((uint)count <= (uint)most);
        for (var i = 1; i <= count; i++)
            Hold((uint)list[i] < (uint)used && (layer == 0 || blocks.Layers[list[i]] >= layer));
    }

    private static void Hold(bool holds)
    {
        if (!holds)
            throw new ArgumentException("A link, a layer or the entry names what is not there.");
    }
}
