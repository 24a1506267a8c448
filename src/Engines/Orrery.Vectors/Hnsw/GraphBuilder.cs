using Orrery.Vectors.Distances;

namespace Orrery.Vectors.Hnsw;

/// <summary>
/// Insertion, algorithm 1 of arXiv:1603.09320, by many threads at once. A point's own lists are written on all layers before any other point links to
/// it, lowest layer first, so that no search ever stands on a point without a way on. The lock of one list is held at a time; lists share 1,024 locks.
/// </summary>
internal sealed unsafe class GraphBuilder(Space space, HnswOptions options)
{
    private readonly Lock[] _lists = [.. Enumerable.Range(0, 1024).Select(_ => new Lock())];
    private readonly Lock _entry = new();

    /// <summary>
    /// The highest layer of a point: exponential with mean 1/ln M, drawn from seed and id (SplitMix64's finaliser), so that it does not depend on which thread
    /// comes first.
    /// </summary>
    public int Layer(long id)
    {
        var bits = options.Seed + 0x9E3779B97F4A7C15UL * ((ulong)id + 1);
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        bits ^= bits >> 31;
        var uniform = ((bits >> 11) + 1) * (1.0 / (1UL << 53));
        return Math.Min((int)(-Math.Log(uniform) / Math.Log(options.M)), HnswStorage.HighestLayer);
    }

    /// <summary>Links a slot whose vector is written already.</summary>
    public void Insert(HnswStorage storage, int slot, SearchContext context)
    {
        var entry = storage.Entry;
        var layer = storage.Layers[slot];
        if (entry >= 0 && layer <= (int)(entry >> 32))
        {
            Link(storage, slot, layer, entry, context);
            return;
        }

        // A point that rises above all others changes the entry: one at a time.
        lock (_entry)
        {
            entry = storage.Entry;
            if (entry >= 0)
                Link(storage, slot, layer, entry, context);
            if (entry < 0 || layer > (int)(entry >> 32))
                storage.Entry = HnswStorage.EntryOf(slot, layer);
        }
    }

    private void Link(HnswStorage storage, int slot, int layer, long entry, SearchContext context)
    {
        var row = storage.Row(slot);
        var highest = Math.Min(layer, (int)(entry >> 32));
        var start = GraphSearch.Descend(storage, space, row, entry, highest);
        for (var l = highest; l >= 0; l--)
        {
            GraphSearch.Beam(storage, space, row, context, start, options.EfConstruction, l, BeamTarget.Everything);
            context.Keys.Clear();
            foreach (var key in context.Found.Keys)
                context.Keys.Add(~key);
            storage.SetLinks(slot, l, NeighborSelection.Select(storage, space, context, storage.M, keepPruned: true));
            start = RankHeap.Slot(context.Keys[0]);
        }

        Span<int> neighbors = stackalloc int[storage.M];
        for (var l = 0; l <= highest; l++)
        {
            var links = storage.Links(slot, l);
            var count = links[0];
            new ReadOnlySpan<int>(links + 1, count).CopyTo(neighbors);
            foreach (var neighbor in neighbors[..count])
                LinkBack(storage, neighbor, slot, l, context);
        }
    }

    /// <summary>
    /// Adds a link, or chooses anew among all links when the list is full. What the choice passes over is not kept here, unlike in the paper's
    /// default: a full list would make every later link choose again.
    /// </summary>
    private void LinkBack(HnswStorage storage, int from, int to, int layer, SearchContext context)
    {
        lock (_lists[from & (_lists.Length - 1)])
        {
            var links = storage.Links(from, layer);
            var count = links[0];
            if (count < storage.MostLinks(layer))
            {
                Volatile.Write(ref links[count + 1], to);
                Volatile.Write(ref links[0], count + 1);
                return;
            }

            var row = storage.Row(from);
            context.Keys.Clear();
            context.Keys.Add(RankHeap.Key(space.Rank(row, storage.Row(to)), to));
            space.Rank(row, storage.Row(0), links + 1, count, context.Ranks);
            for (var i = 0; i < count; i++)
                context.Keys.Add(RankHeap.Key(Space.Orderly(context.Ranks[i]), links[i + 1]));
            storage.SetLinks(from, layer, NeighborSelection.Select(storage, space, context, storage.MostLinks(layer), keepPruned: false));
        }
    }
}
