using System.Runtime.CompilerServices;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Memory;

namespace Orrery.Vectors.Hnsw;

/// <summary>The two searches of Malkov &amp; Yashunin, arXiv:1603.09320: greedy descent, and the beam of algorithm 2.</summary>
internal static unsafe class GraphSearch
{
    // 31 links and their number: the rest of a long list follows by itself.
    private const int PrefetchedLinks = 128;

    /// <summary>The nearest point that a greedy walk reaches from the entry on the layers above <paramref name="bottom"/>.</summary>
    public static int Descend(HnswStorage storage, Space space, byte* query, long entry, int bottom)
    {
        var slot = (int)entry;
        var nearest = RankHeap.Key(space.Rank(query, storage.Row(slot)), slot);
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
                    var key = RankHeap.Key(space.Rank(query, storage.Row(neighbor)), neighbor);
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
    public static void Beam(HnswStorage storage, Space space, byte* query, SearchContext context, int start, int ef, int layer, BeamTarget target)
    {
        Begin(storage, space, query, context, start, ef, layer, target);
        var (candidates, found) = (context.Candidates, context.Found);
        while (candidates.Count > 0)
        {
            var nearest = candidates.Pop();
            if (found.Count >= ef && nearest > ~found.Top)
                break;
            var unseen = Unseen(storage, context, RankHeap.Slot(nearest), layer, space.RowBytes);
            Meet(storage, space, query, context, unseen, ef, layer, target);
        }
    }

    /// <summary>
    /// A beam on the lowest layer that walks over the points it may find alone, and reaches through the others to their neighbours (ACORN-1, arXiv:2403.04871 §5.2): where
    /// few may be found, an ordinary beam computes the distances of many that may not. At most a list's length of points is met from one point.
    /// </summary>
    public static void BeamAmong(HnswStorage storage, Space space, byte* query, SearchContext context, int start, int ef, BeamTarget target)
    {
        Begin(storage, space, query, context, start, ef, 0, target);
        var (candidates, found) = (context.Candidates, context.Found);
        while (candidates.Count > 0)
        {
            var nearest = candidates.Pop();
            if (found.Count >= ef && nearest > ~found.Top)
                break;
            var unseen = UnseenAmong(storage, context, RankHeap.Slot(nearest), space.RowBytes, target);
            Meet(storage, space, query, context, unseen, ef, 0, target);
        }
    }

    private static void Begin(HnswStorage storage, Space space, byte* query, SearchContext context, int start, int ef, int layer, BeamTarget target)
    {
        context.Begin(storage.Capacity);
        context.Visit(start);
        context.Batch[0] = start;
        // Links are one-way: what the entry leads to may lie behind the place where the descent ended.
        var entry = (int)storage.Entry;
        var count = 1;
        if (context.Visit(entry))
            context.Batch[count++] = entry;
        Meet(storage, space, query, context, count, ef, layer, target);
    }

    /// <summary>Ranks the batch, and keeps what is near enough.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Meet(HnswStorage storage, Space space, byte* query, SearchContext context, int count, int ef, int layer, BeamTarget target)
    {
        var (candidates, found) = (context.Candidates, context.Found);
        int* batch = context.Batch;
        float* ranks = context.Ranks;
        space.Rank(query, storage.Row(0), batch, count, ranks);
        var farthest = found.Count < ef ? long.MaxValue : ~found.Top;
        for (var i = 0; i < count; i++)
        {
            var slot = batch[i];
            var key = RankHeap.Key(Space.Orderly(ranks[i]), slot);
            if (key > farthest)
                continue;
            candidates.Push(key);
            // It is likely to be walked from soon.
            Prefetching.Read(storage.Links(slot, layer), PrefetchedLinks);
            if (!target.Includes(storage, slot))
                continue;
            if (found.Count < ef)
                found.Push(~key);
            else
                found.ReplaceTop(~key);
            farthest = found.Count < ef ? long.MaxValue : ~found.Top;
        }
    }

    /// <summary>
    /// Gathers neighbours not met before. Their rows are asked for before the first is read: a read that misses the cache costs far more than a distance.
    /// </summary>
    private static int Unseen(HnswStorage storage, SearchContext context, int slot, int layer, int rowBytes)
    {
        var links = storage.Links(slot, layer);
        var count = Volatile.Read(ref links[0]);
        var batch = context.Batch;
        var unseen = 0;
        for (var i = 1; i <= count; i++)
        {
            var neighbor = Volatile.Read(ref links[i]);
            // Half of them were met before, which half nobody can predict: counted, not branched on.
            var fresh = context.Visit(neighbor);
            batch[unseen] = neighbor;
            unseen += *(byte*)&fresh;
        }

        for (var i = 0; i < unseen; i++)
            Prefetching.Read(storage.Row(batch[i]), rowBytes);
        return unseen;
    }

    /// <summary>Gathers points that may be found and were not met before: neighbours, and neighbours of those that may not.</summary>
    private static int UnseenAmong(HnswStorage storage, SearchContext context, int slot, int rowBytes, BeamTarget target)
    {
        var links = storage.Links(slot, 0);
        var count = Volatile.Read(ref links[0]);
        var batch = context.Batch;
        var (most, unseen) = (context.MostInBatch, 0);
        for (var i = 1; i <= count; i++)
        {
            var neighbor = Volatile.Read(ref links[i]);
            if (target.Includes(storage, neighbor))
            {
                if (context.Visit(neighbor))
                    Take(neighbor);
            }
            else
            {
                Prefetching.Read(storage.Links(neighbor, 0), PrefetchedLinks);
            }
        }

        for (var i = 1; i <= count && unseen < most; i++)
        {
            var neighbor = Volatile.Read(ref links[i]);
            if (!context.Visit(neighbor))
                continue;
            var beyond = storage.Links(neighbor, 0);
            var further = Volatile.Read(ref beyond[0]);
            for (var j = 1; j <= further && unseen < most; j++)
            {
                var second = Volatile.Read(ref beyond[j]);
                if (target.Includes(storage, second) && context.Visit(second))
                    Take(second);
            }
        }

        return unseen;

        void Take(int point)
        {
            batch[unseen++] = point;
            Prefetching.Read(storage.Row(point), rowBytes);
        }
    }
}
