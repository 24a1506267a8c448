using Orrery.Vectors.Distances;
using Orrery.Vectors.Flat;

namespace Orrery.Vectors.Hnsw;

/// <summary>
/// Approximate nearest neighbours by a hierarchical navigable small world graph (Malkov &amp; Yashunin, arXiv:1603.09320). A search meets O(log n) points
/// times ef. All members may be called from any thread at any time: points are added side by side, and searches never wait. With one writer, the
/// same options and order of changes give the same graph. Memory: 4·d + 8·M bytes and some 60 more for each point of the capacity, which doubles when it is
/// reached; both storages are there while one is copied.
/// </summary>
public sealed unsafe class HnswIndex
{
    // Searches pass hidden points for nothing; one pass over the graph then pays for a tenth of all points at once.
    private const int RepairFraction = 10;
    private const int FewestToRepair = 64;

    private readonly Space _space;
    private readonly GraphBuilder _builder;
    private readonly SearchContextPool _contexts;
    private readonly WriterGate _gate = new();
    private readonly Dictionary<long, int> _slots = [];
    private HnswStorage _storage;
    private int _removed;
    private int _givenUp;

    /// <summary>An empty index of vectors with <paramref name="dimension"/> components.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is below 1, the metric is unknown, or an option is out of its range.</exception>
    public HnswIndex(int dimension, Metric metric, HnswOptions? options = null)
    {
        options ??= new HnswOptions();
        options.Validate();
        _space = new Space(dimension, metric);
        _builder = new GraphBuilder(_space, options);
        _contexts = new SearchContextPool(dimension, 2 * options.M);
        _storage = new HnswStorage(1, (HnswStorage.HighestLayer + 1L) * (options.M + 1), dimension, options.M).Copy(options.Capacity);
    }

    /// <summary>The number of components of every vector.</summary>
    public int Dimension => _space.Dimension;

    /// <summary>How distance is measured.</summary>
    public Metric Metric => _space.Metric;

    /// <summary>The number of points.</summary>
    public int Count
    {
        get
        {
            lock (_slots)
                return _slots.Count;
        }
    }

    /// <summary>Adds a point; it can be found when the call returns.</summary>
    /// <exception cref="ArgumentException">The id is taken, or the vector has a wrong dimension, a component that is not finite, or no direction under cosine.</exception>
    public void Add(long id, ReadOnlySpan<float> vector)
    {
        var context = _contexts.Rent();
        try
        {
            _space.Accept(vector, context.QuerySpan, nameof(vector));
            var layer = _builder.Layer(id);
            while (!TryAdd(id, layer, context, out var full))
                Grow(full);
        }
        finally
        {
            _contexts.Return(context);
        }
    }

    /// <summary>
    /// Takes a point out: it is not found any more, at once. The graph is repaired when a tenth of its points are gone. False where there was none.
    /// </summary>
    public bool Remove(long id)
    {
        bool repair;
        _gate.EnterShared();
        try
        {
            lock (_slots)
            {
                if (!_slots.Remove(id, out var slot))
                    return false;
                _storage.Hidden[slot] = true;
                repair = ++_removed >= Math.Max(FewestToRepair, _slots.Count / RepairFraction);
            }
        }
        finally
        {
            _gate.ExitShared();
        }

        if (repair)
            Repair();
        return true;
    }

    /// <summary>
    /// Takes removed points out of the graph now, reconnects their neighbours, and links to every point that nothing leads to. O(n·M) at least; writers
    /// wait, searches do not.
    /// </summary>
    public void Repair()
    {
        var context = _contexts.Rent();
        _gate.EnterExclusive();
        try
        {
            _givenUp += new GraphRepair(_storage, _space, context).Run();
            _removed = 0;
        }
        finally
        {
            _gate.ExitExclusive();
            _contexts.Return(context);
        }
    }

    /// <summary>The <paramref name="k"/> nearest points, nearest first; fewer where there are fewer.</summary>
    /// <inheritdoc cref="Search(ReadOnlySpan{float}, Span{Neighbor}, int, Predicate{long})"/>
    /// <param name="query">(dimension)</param>
    /// <param name="k">How many points to find.</param>
    /// <param name="ef">How many candidates to keep: more cost time and give recall. At least k are kept.</param>
    /// <param name="filter">Says by id which points may be found; may be asked several times for one.</param>
    public Neighbor[] Search(ReadOnlySpan<float> query, int k, int ef = 100, Predicate<long>? filter = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        var nearest = new Neighbor[Math.Min(k, Math.Max(1, Volatile.Read(ref _storage).Used))];
        return nearest[..Search(query, nearest, ef, filter)];
    }

    /// <summary>
    /// Fills <paramref name="nearest"/> with as many points as fit, nearest first, and returns how many there are. Allocates nothing once warm. A filter that lets
    /// few points through is answered by an exact scan of those.
    /// </summary>
    /// <param name="query">(dimension)</param>
    /// <param name="nearest">(k)</param>
    /// <param name="ef">How many candidates to keep: more cost time and give recall. At least k are kept.</param>
    /// <param name="filter">Says by id which points may be found; may be asked several times for one.</param>
    /// <exception cref="ArgumentException">The query is not a vector that the index could hold, or there is no room for a result.</exception>
    /// <exception cref="ArgumentOutOfRangeException">ef is below 1.</exception>
    public int Search(ReadOnlySpan<float> query, Span<Neighbor> nearest, int ef = 100, Predicate<long>? filter = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ef);
        if (nearest.IsEmpty)
            throw new ArgumentException("Expected room for at least one result.", nameof(nearest));
        var context = _contexts.Rent();
        try
        {
            _space.Accept(query, context.QuerySpan, nameof(query));
            var storage = Volatile.Read(ref _storage);
            var count = Rank(storage, context, nearest, Math.Max(ef, nearest.Length), filter);
            var found = nearest[..count];
            foreach (ref var neighbor in found)
                neighbor = neighbor with { Distance = _space.Outward(neighbor.Distance) };
            found.Sort();
            GC.KeepAlive(storage);
            return count;
        }
        finally
        {
            _contexts.Return(context);
        }
    }

    private int Rank(HnswStorage storage, SearchContext context, Span<Neighbor> nearest, int ef, Predicate<long>? filter)
    {
        var entry = storage.Entry;
        if (entry < 0)
            return 0;
        if (filter is not null && FilterPlan.PrefersScan(storage, filter, ef))
            return Scan(storage, context, nearest, filter);
        var start = GraphSearch.Descend(storage, _space, context.Query, entry, 0);
        GraphSearch.Beam(storage, _space, context.Query, context, start, ef, 0, BeamTarget.Visible(filter));
        if (filter is not null && context.Found.Count < nearest.Length)
            return Scan(storage, context, nearest, filter);
        while (context.Found.Count > nearest.Length)
            context.Found.Pop();
        var count = 0;
        foreach (var key in context.Found.Keys)
            nearest[count++] = new Neighbor(storage.Ids[RankHeap.Slot(~key)], RankHeap.Rank(~key));
        return count;
    }

    private int Scan(HnswStorage storage, SearchContext context, Span<Neighbor> nearest, Predicate<long> filter)
    {
        var top = new TopK(nearest);
        for (var slot = 0; slot < storage.Used; slot++)
        {
            if (!storage.Hidden[slot] && filter(storage.Ids[slot]))
                top.Offer(new Neighbor(storage.Ids[slot], _space.Rank(context.Query, storage.Vector(slot))));
        }

        return top.Count;
    }

    private bool TryAdd(long id, int layer, SearchContext context, out HnswStorage storage)
    {
        _gate.EnterShared();
        try
        {
            storage = _storage;
            int slot;
            lock (_slots)
            {
                if (_slots.ContainsKey(id))
                    throw new ArgumentException($"Point {id} is there already; remove it first to replace it.", nameof(id));
                slot = storage.Reserve(id, layer);
                if (slot == HnswStorage.None)
                    return false;
                _slots.Add(id, slot);
            }

            context.QuerySpan.CopyTo(new Span<float>(storage.Vector(slot), Dimension));
            _builder.Insert(storage, slot, context);
            lock (_slots)
            {
                // Removed again by another thread before it was linked: then it stays hidden.
                if (_slots.TryGetValue(id, out var current) && current == slot)
                    Volatile.Write(ref storage.Hidden[slot], false);
            }

            return true;
        }
        finally
        {
            _gate.ExitShared();
        }
    }

    private void Grow(HnswStorage full)
    {
        _gate.EnterExclusive();
        try
        {
            if (_storage != full)
                return;
            // Where a quarter was given up, the same room is enough once more.
            var grown = full.Copy(_givenUp >= full.Capacity / 4 ? full.Capacity : checked(full.Capacity * 2));
            lock (_slots)
            {
                _slots.Clear();
                for (var slot = 0; slot < grown.Used; slot++)
                {
                    if (!grown.Hidden[slot])
                        _slots.Add(grown.Ids[slot], slot);
                }
            }

            _givenUp = 0;
            Volatile.Write(ref _storage, grown);
        }
        finally
        {
            _gate.ExitExclusive();
        }
    }
}
