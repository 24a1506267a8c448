using Orrery.Vectors.Distances;
using Orrery.Vectors.Flat;
using Orrery.Vectors.Memory;

namespace Orrery.Vectors.Hnsw;

/// <summary>One search of one storage: plans, walks or scans, and compares by the vectors what was found by codes.</summary>
internal readonly unsafe ref struct Query
{
    private readonly HnswStorage _storage;
    private readonly Space _space;
    private readonly SearchContext _context;
    private readonly ref readonly HnswSearchOptions _options;

    public Query(HnswStorage storage, Space space, SearchContext context, in HnswSearchOptions options)
    {
        (_storage, _space, _context) = (storage, space, context);
        _options = ref options;
    }

    /// <summary>Leaves points and their exact ranks, in any order, and returns how many.</summary>
    public int Run(Span<Neighbor> nearest)
    {
        if (_storage.Entry < 0)
            return 0;
        var ef = Math.Max(_options.Ef, nearest.Length);
        var plan = FilterPlanner.Choose(_storage, _options.Allowed, _options.Filter, ef);
        if (plan is FilterPlan.Scan)
            return Scan(nearest);
        var count = plan is FilterPlan.BeamAmong ? WalkAmong(nearest, ef) : Walk(nearest, ef);
        // Too few among those that may be found: the rest lies where no way leads that a filtered walk takes.
        return count < nearest.Length && (_options.Allowed is not null || _options.Filter is not null) ? Scan(nearest) : count;
    }

    /// <summary>What a beam over all points finds of those that may be found.</summary>
    public int Walk(Span<Neighbor> nearest, int ef)
    {
        GraphSearch.Beam(_storage, _space, _context.Row, _context, Start, ef, 0, BeamTarget.Visible(_options.Allowed, _options.Filter));
        return Nearest(nearest);
    }

    /// <summary>What a beam over points that may be found alone finds.</summary>
    public int WalkAmong(Span<Neighbor> nearest, int ef)
    {
        GraphSearch.BeamAmong(_storage, _space, _context.Row, _context, Start, ef, BeamTarget.Visible(_options.Allowed, _options.Filter));
        return Nearest(nearest);
    }

    private int Start => GraphSearch.Descend(_storage, _space, _context.Row, _storage.Entry, 0);

    private int Nearest(Span<Neighbor> nearest) => _space.IsQuantized ? Rescore(nearest) : Take(nearest);

    private int Take(Span<Neighbor> nearest)
    {
        var found = _context.Found;
        while (found.Count > nearest.Length)
            found.Pop();
        var count = 0;
        foreach (var key in found.Keys)
            nearest[count++] = new Neighbor(_storage.Ids[RankHeap.Slot(~key)], RankHeap.Rank(~key));
        return count;
    }

    private int Rescore(Span<Neighbor> nearest)
    {
        var found = _context.Found;
        var most = Math.Ceiling(_options.Oversampling * nearest.Length);
        while (found.Count > most)
            found.Pop();
        foreach (var key in found.Keys)
            Prefetching.Read(_storage.Vector(RankHeap.Slot(~key)), _space.Dimension * sizeof(float));
        var top = new TopK(nearest);
        foreach (var key in found.Keys)
            Offer(ref top, RankHeap.Slot(~key));
        return top.Count;
    }

    private int Scan(Span<Neighbor> nearest)
    {
        var top = new TopK(nearest);
        if (_options.Allowed is { } allowed && _options.Filter is null)
        {
            ScanAllowed(allowed, ref top);
            return top.Count;
        }

        var target = BeamTarget.Visible(_options.Allowed, _options.Filter);
        for (var slot = 0; slot < _storage.Used; slot++)
        {
            if (target.Includes(_storage, slot))
                Offer(ref top, slot);
        }

        return top.Count;
    }

    /// <summary>Gathers a batch of points before it compares them, so that their vectors are on the way together.</summary>
    private void ScanAllowed(IdSet allowed, ref TopK top)
    {
        var batch = _context.Batch;
        var (most, count) = (_context.MostInBatch, 0);
        foreach (var id in allowed)
        {
            var slot = SlotOf(id);
            if (slot == HnswStorage.None || _storage.Hidden[slot])
                continue;
            batch[count++] = slot;
            Prefetching.Read(_storage.Vector(slot), _space.Dimension * sizeof(float));
            if (count < most)
                continue;
            for (var i = 0; i < count; i++)
                Offer(ref top, batch[i]);
            count = 0;
        }

        for (var i = 0; i < count; i++)
            Offer(ref top, batch[i]);
    }

    /// <summary>Ids that were added in order lie at themselves, which spares two reads that miss the cache.</summary>
    private int SlotOf(long id) => (ulong)id < (ulong)_storage.Used && _storage.Ids[(int)id] == id && !_storage.Hidden[(int)id] ? (int)id : _storage.Slots.Find(id);

    private void Offer(ref TopK top, int slot) =>
        top.Offer(new Neighbor(_storage.Ids[slot], _space.RankExactly(_context.Query, _storage.Vector(slot))));
}
