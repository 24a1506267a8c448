using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Orrery.Vectors.Distances;

namespace Orrery.Vectors.Hnsw;

/// <summary>The two searches of Malkov &amp; Yashunin, arXiv:1603.09320: greedy descent, and the beam of algorithm 2.</summary>
internal static unsafe class GraphSearch
{
    // 16 cache lines, 256 components: beyond that the hardware's own prefetcher has caught on.
    private const int PrefetchedBytes = 1024;

    /// <summary>The nearest point that a greedy walk reaches from the entry on the layers above <paramref name="bottom"/>.</summary>
    public static int Descend(HnswStorage storage, Space space, float* query, long entry, int bottom)
    {
        var slot = (int)entry;
        var nearest = RankHeap.Key(space.Rank(query, storage.Vector(slot)), slot);
        for (var layer = (int)(entry >> 32); layer > bottom; layer--)
        {
            for (var moved = true; moved;)
            {
                moved = false;
                var links = storage.Links(RankHeap.Slot(nearest), layer);
                var count = Volatile.Read(ref links[0]);
                for (var i = 1; i <= count; i++)
                {
                    var neighbor = Volatile.Read(ref links[i]);
                    var key = RankHeap.Key(space.Rank(query, storage.Vector(neighbor)), neighbor);
                    if (key < nearest)
                        (nearest, moved) = (key, true);
                }
            }
        }

        return RankHeap.Slot(nearest);
    }

    /// <summary>
    /// Algorithm 2: leaves the <paramref name="ef"/> nearest points in the context's <see cref="SearchContext.Found"/>. Points that
    /// <paramref name="target"/> leaves out lead on but are not found, so the beam widens by itself until enough that may be found are there.
    /// </summary>
    public static void Beam(HnswStorage storage, Space space, float* query, SearchContext context, int start, int ef, int layer, BeamTarget target)
    {
        context.Begin(storage.Capacity);
        var (candidates, found) = (context.Candidates, context.Found);
        context.Visit(start);
        Meet(storage, space, query, context, start, ef, target);
        // Links are one-way: what the entry leads to may lie behind the place where the descent ended.
        var entry = (int)storage.Entry;
        if (context.Visit(entry))
            Meet(storage, space, query, context, entry, ef, target);
        while (candidates.Count > 0)
        {
            var nearest = candidates.Pop();
            if (found.Count >= ef && nearest > ~found.Top)
                break;
            var unseen = Unseen(storage, context, RankHeap.Slot(nearest), layer, space.Dimension);
            foreach (var slot in unseen)
                Meet(storage, space, query, context, slot, ef, target);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Meet(HnswStorage storage, Space space, float* query, SearchContext context, int slot, int ef, BeamTarget target)
    {
        var found = context.Found;
        var key = RankHeap.Key(space.Rank(query, storage.Vector(slot)), slot);
        if (found.Count >= ef && key > ~found.Top)
            return;
        context.Candidates.Push(key);
        if (!target.Includes(storage, slot))
            return;
        if (found.Count < ef)
            found.Push(~key);
        else
            found.ReplaceTop(~key);
    }

    /// <summary>
    /// Neighbours not met before. Their vectors are asked for while the list is still read: a read that misses the cache costs far more than a distance.
    /// </summary>
    private static ReadOnlySpan<int> Unseen(HnswStorage storage, SearchContext context, int slot, int layer, int dimension)
    {
        var links = storage.Links(slot, layer);
        var count = Volatile.Read(ref links[0]);
        var bytes = Math.Min(PrefetchedBytes, dimension * sizeof(float));
        var unseen = 0;
        for (var i = 1; i <= count; i++)
        {
            var neighbor = Volatile.Read(ref links[i]);
            if (!context.Visit(neighbor))
                continue;
            context.Batch[unseen++] = neighbor;
            if (Sse.IsSupported)
            {
                var vector = (byte*)storage.Vector(neighbor);
                for (var offset = 0; offset < bytes; offset += 64)
                    Sse.Prefetch0(vector + offset);
            }
        }

        return context.Batch.AsSpan(0, unseen);
    }
}
