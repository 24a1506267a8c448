using Orrery.Vectors.Distances;

namespace Orrery.Vectors.Hnsw;

/// <summary>
/// Takes removed points out of the graph in one pass (the consolidation of FreshDiskANN, arXiv:2105.09613, algorithm 4, on every layer): whoever linked
/// to a removed point chooses anew among its other neighbours and the removed point's own. One pass for many removals, as links are one-way and a
/// point does not know who links to it.
/// </summary>
internal sealed unsafe class GraphRepair(HnswStorage storage, Space space, SearchContext context)
{
    /// <summary>Nothing may be written meanwhile; searches go on. Returns the number of slots given up.</summary>
    public int Run()
    {
        for (var slot = 0; slot < storage.Used; slot++)
        {
            for (var layer = 0; !storage.Hidden[slot] && layer <= storage.Layers[slot]; layer++)
                Relink(slot, layer);
        }

        ChooseEntry();
        new GraphReach(storage, space, context).Complete();
        var givenUp = 0;
        for (var slot = 0; slot < storage.Used; slot++)
        {
            if (!storage.Hidden[slot] || storage.Layers[slot] == HnswStorage.None)
                continue;
            storage.Layers[slot] = HnswStorage.None;
            givenUp++;
        }

        return givenUp;
    }

    private void Relink(int slot, int layer)
    {
        var links = storage.Links(slot, layer);
        if (!AnyHidden(links))
            return;
        context.Begin(storage.Capacity);
        context.Visit(slot);
        context.Keys.Clear();
        for (var i = 1; i <= links[0]; i++)
            Collect(slot, links[i], layer, storage.Hidden[links[i]]);
        storage.SetLinks(slot, layer, NeighborSelection.Select(storage, space, context, storage.MostLinks(layer), keepPruned: true));
    }

    /// <summary>Offers a neighbour, or in place of a removed one its own neighbours, and so on until living ones are met.</summary>
    private void Collect(int slot, int neighbor, int layer, bool hidden)
    {
        if (!context.Visit(neighbor))
            return;
        if (!hidden)
        {
            context.Keys.Add(RankHeap.Key(space.Rank(storage.Row(slot), storage.Row(neighbor)), neighbor));
            return;
        }

        context.Candidates.Push(neighbor);
        while (context.Candidates.Count > 0)
        {
            var links = storage.Links((int)context.Candidates.Pop(), layer);
            for (var i = 1; i <= links[0]; i++)
            {
                if (!context.Visit(links[i]))
                    continue;
                if (!storage.Hidden[links[i]])
                    context.Keys.Add(RankHeap.Key(space.Rank(storage.Row(slot), storage.Row(links[i])), links[i]));
                else if (context.Keys.Count < storage.MostLinks(layer))
                    context.Candidates.Push(links[i]);
            }
        }
    }

    private bool AnyHidden(int* links)
    {
        for (var i = 1; i <= links[0]; i++)
        {
            if (storage.Hidden[links[i]])
                return true;
        }

        return false;
    }

    private void ChooseEntry()
    {
        if (storage.Entry >= 0 && !storage.Hidden[(int)storage.Entry])
            return;
        var entry = (long)HnswStorage.None;
        for (var slot = 0; slot < storage.Used; slot++)
        {
            if (!storage.Hidden[slot] && (entry < 0 || storage.Layers[slot] > (int)(entry >> 32)))
                entry = HnswStorage.EntryOf(slot, storage.Layers[slot]);
        }

        storage.Entry = entry;
    }
}
