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
        var plan = _options.Exact ? FilterPlan.Scan : FilterPlanner.Choose(_storage, _options.Allowed, _options.Filter, ef);
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

    /// <summary>
    /// Compares half a batch while the vectors of the other half are on the way: a scan of few points out of many is a row of reads that miss the cache.
    /// </summary>
    private void ScanAllowed(IdSet allowed, ref TopK top)
    {
        var half = _context.MostInBatch / 2;
        var asked = _context.Batch;
        var next = asked + half;
        var (pending, count) = (0, 0);
        var ids = allowed.GetEnumerator();
        // In this order: what is added meanwhile may lie elsewhere.
        var used = _storage.Used;
        var areSlots = _storage.IdsAreSlots;
        while (ids.MoveNext())
        {
            var slot = areSlots ? (ids.Current < used ? (int)ids.Current : HnswStorage.None) : SlotOf(ids.Current);
            if (slot == HnswStorage.None || _storage.Hidden[slot])
                continue;
            next[count++] = slot;
            Prefetching.Read(_storage.Vector(slot), _space.Dimension * sizeof(float));
            if (count < half)
                continue;
            Offer(ref top, asked, pending);
            (pending, count) = (count, 0);
            var rest = asked;
            asked = next;
            next = rest;
        }

        Offer(ref top, asked, pending);
        Offer(ref top, next, count);
    }

    private void Offer(ref TopK top, int* slots, int count)
    {
        if (count == 0)
            return;
        var ranks = _context.Ranks;
        _space.RankExactly(_context.Query, _storage.Vector(0), slots, count, ranks);
        for (var i = 0; i < count; i++)
        {
            var rank = Space.Orderly(ranks[i]);
            // Not "less": of equal distances the lower id is the nearer, which the heap knows.
            if (rank <= top.Farthest)
                top.Offer(new Neighbor(_storage.Ids[slots[i]], rank));
        }
    }

    private void Offer(ref TopK top, int slot) =>
        top.Offer(new Neighbor(_storage.Ids[slot], _space.RankExactly(_context.Query, _storage.Vector(slot))));

    /// <summary>Most ids lie at themselves where they were added in order, which spares two reads that miss the cache.</summary>
    private int SlotOf(long id) => (ulong)id < (ulong)_storage.Used && _storage.Ids[(int)id] == id && !_storage.Hidden[(int)id] ? (int)id : _storage.Slots.Find(id);
}
