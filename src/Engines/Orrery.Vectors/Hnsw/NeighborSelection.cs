using System.Runtime.InteropServices;
using Orrery.Vectors.Distances;

namespace Orrery.Vectors.Hnsw;

/// <summary>
/// Algorithm 4 of arXiv:1603.09320: of the candidates, nearest first, one becomes a neighbour if it is nearer to the point than to every neighbour
/// chosen before. So links lead in different directions, and clusters stay connected.
/// </summary>
internal static unsafe class NeighborSelection
{
    /// <param name="storage">Where the candidates are.</param>
    /// <param name="space">Ranks by distance.</param>
    /// <param name="context">Its Keys hold the candidates with their ranks; sorted in place. The choice is in its Selected.</param>
    /// <param name="most">How many to choose at most.</param>
    /// <param name="keepPruned">Fills up with the nearest that were passed over (the paper's keepPrunedConnections).</param>
    public static ReadOnlySpan<int> Select(HnswStorage storage, Space space, SearchContext context, int most, bool keepPruned)
    {
        var keys = context.Keys;
        keys.Sort();
        var (selected, pruned) = (0, 0);
        foreach (var key in CollectionsMarshal.AsSpan(keys))
        {
            if (selected == most)
                break;
            var slot = RankHeap.Slot(key);
            if (IsDiverse(storage, space, context.Selected.AsSpan(0, selected), slot, RankHeap.Rank(key)))
                context.Selected[selected++] = slot;
            else if (pruned < most)
                context.Pruned[pruned++] = slot;
        }

        for (var i = 0; keepPruned && i < pruned && selected < most; i++)
            context.Selected[selected++] = context.Pruned[i];
        return context.Selected.AsSpan(0, selected);
    }

    private static bool IsDiverse(HnswStorage storage, Space space, ReadOnlySpan<int> selected, int slot, float rank)
    {
        var row = storage.Row(slot);
        foreach (var neighbor in selected)
        {
            if (space.Rank(row, storage.Row(neighbor)) < rank)
                return false;
        }

        return true;
    }
}
