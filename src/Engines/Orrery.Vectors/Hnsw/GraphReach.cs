using Orrery.Vectors.Distances;

namespace Orrery.Vectors.Hnsw;

/// <summary>
/// Makes every point reachable on the lowest layer, O(n·M). Choosing anew among the links of a full list drops one, and the paper has nothing against
/// dropping the last that leads to a point.
/// </summary>
internal sealed unsafe class GraphReach(HnswStorage storage, Space space, SearchContext context)
{
    private readonly Stack<int> _next = [];
    private readonly bool[] _reached = new bool[storage.Used];

    /// <summary>Nothing may be written meanwhile, and no living point may link to a hidden one.</summary>
    public void Complete()
    {
        if (storage.Entry < 0)
            return;
        Follow((int)storage.Entry);
        for (var slot = 0; slot < storage.Used; slot++)
        {
            if (storage.Hidden[slot] || _reached[slot])
                continue;
            if (Host(slot) is var host and not HnswStorage.None)
            {
                var links = storage.Links(host, 0);
                Volatile.Write(ref links[links[0] + 1], slot);
                Volatile.Write(ref links[0], links[0] + 1);
            }

            Follow(slot);
        }
    }

    private void Follow(int start)
    {
        _reached[start] = true;
        _next.Push(start);
        while (_next.TryPop(out var slot))
        {
            var links = storage.Links(slot, 0);
            for (var i = 1; i <= links[0]; i++)
            {
                if (_reached[links[i]])
                    continue;
                _reached[links[i]] = true;
                _next.Push(links[i]);
            }
        }
    }

    /// <summary>A reached point with room for one more link: of those near, the nearest; else the first that there is.</summary>
    private int Host(int slot)
    {
        var start = GraphSearch.Descend(storage, space, storage.Row(slot), storage.Entry, 0);
        GraphSearch.Beam(storage, space, storage.Row(slot), context, start, storage.MostLinks(0), 0, BeamTarget.Everything);
        var nearest = long.MaxValue;
        foreach (var key in context.Found.Keys)
        {
            if (HasRoom(RankHeap.Slot(~key)))
                nearest = Math.Min(nearest, ~key);
        }

        if (nearest != long.MaxValue)
            return RankHeap.Slot(nearest);
        for (var host = 0; host < storage.Used; host++)
        {
            if (HasRoom(host))
                return host;
        }

        return HnswStorage.None;
    }

    private bool HasRoom(int slot) => _reached[slot] && !storage.Hidden[slot] && storage.Links(slot, 0)[0] < storage.MostLinks(0);
}
