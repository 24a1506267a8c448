using System.IO.MemoryMappedFiles;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Persistence;

namespace Orrery.Vectors.Hnsw;

/// <summary>
/// Approximate nearest neighbours by a hierarchical navigable small world graph (Malkov &amp; Yashunin, arXiv:1603.09320). A search meets O(log n) points
/// times ef. All members may be called from any thread at any time: points are added side by side, and searches never wait. With one writer, the
/// same options and order of changes give the same graph. Memory: 4·d + 8·M bytes and some 60 more for each point of the capacity, which doubles when it is
/// reached; both storages are there while one is copied.
/// </summary>
public sealed class HnswIndex
{
    // Searches pass hidden points for nothing; one pass over the graph then pays for a tenth of all points at once.
    private const int RepairFraction = 10;
    private const int FewestToRepair = 64;

    private readonly Space _space;
    private readonly GraphBuilder _builder;
    private readonly SearchContextPool _contexts;
    private readonly WriterGate _gate = new();
    private readonly Lock _changes = new();
    private readonly HnswOptions _options;
    private HnswStorage _storage;
    private int _count;
    private int _removed;
    private int _givenUp;

    /// <summary>An empty index of vectors with <paramref name="dimension"/> components.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is below 1, the metric is unknown, or an option is out of its range.</exception>
    public HnswIndex(int dimension, Metric metric, HnswOptions? options = null)
        : this(new Space(dimension, metric, options?.Quantizer), options ?? new HnswOptions())
    {
    }

    internal HnswIndex(Space space, HnswOptions options)
    {
        options.Validate();
        (_space, _options) = (space, options);
        _builder = new GraphBuilder(_space, _options);
        _contexts = new SearchContextPool(_space, 2 * _options.M);
        _storage = new HnswStorage(1, (HnswStorage.HighestLayer + 1L) * (_options.M + 1), _space, _options.M).Copy(_options.Capacity);
    }

    private HnswIndex(Space space, HnswOptions options, HnswStorage storage)
    {
        (_space, _options, _storage) = (space, options, storage);
        _builder = new GraphBuilder(space, options);
        _contexts = new SearchContextPool(space, 2 * options.M);
        for (var slot = 0; slot < storage.Used; slot++)
        {
            _count += storage.Hidden[slot] ? 0 : 1;
            _removed += storage.Hidden[slot] && storage.Layers[slot] != HnswStorage.None ? 1 : 0;
            _givenUp += storage.Layers[slot] == HnswStorage.None ? 1 : 0;
        }
    }

    internal Space Space => _space;

    /// <summary>The number of components of every vector.</summary>
    public int Dimension => _space.Dimension;

    /// <summary>How distance is measured.</summary>
    public Metric Metric => _space.Metric;

    /// <summary>The number of points.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>What shapes the graph.</summary>
    public HnswOptions Options => _options;

    /// <summary>Whether there is a point of that id.</summary>
    public bool Contains(long id) => Volatile.Read(ref _storage).Slots.Find(id) != HnswStorage.None;

    /// <summary>Copies the vector of a point as the index keeps it: of length 1 under cosine. False where there is no such point.</summary>
    /// <param name="id">Of the point.</param>
    /// <param name="vector">(dimension)</param>
    /// <exception cref="ArgumentException">There is no room for a vector.</exception>
    public unsafe bool TryGet(long id, Span<float> vector)
    {
        if (vector.Length < Dimension)
            throw new ArgumentException($"Expected room for {Dimension} components; got {vector.Length}.", nameof(vector));
        var storage = Volatile.Read(ref _storage);
        var slot = storage.Slots.Find(id);
        if (slot == HnswStorage.None)
            return false;
        new ReadOnlySpan<float>(storage.Vector(slot), Dimension).CopyTo(vector);
        GC.KeepAlive(storage);
        return true;
    }

    /// <summary>Adds a point; it can be found when the call returns.</summary>
    /// <exception cref="ArgumentException">The id is taken, or the vector has a wrong dimension, a component that is not finite, or no direction under cosine.</exception>
    public void Add(long id, ReadOnlySpan<float> vector)
    {
        var context = _contexts.Rent();
        try
        {
            context.Accept(_space, vector, nameof(vector));
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
            lock (_changes)
            {
                if (!_storage.Slots.Remove(id, out var slot))
                    return false;
                _storage.Hidden[slot] = true;
                _count--;
                repair = ++_removed >= Math.Max(FewestToRepair, _count / RepairFraction);
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
            if (_storage.Blocks.IsBorrowed)
                Volatile.Write(ref _storage, _storage.Copy(_storage.Capacity));
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
    public Neighbor[] Search(ReadOnlySpan<float> query, int k, int ef = 100, Predicate<long>? filter = null) =>
        Search(query, k, new HnswSearchOptions { Ef = ef, Filter = filter });

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
    public int Search(ReadOnlySpan<float> query, Span<Neighbor> nearest, int ef = 100, Predicate<long>? filter = null) =>
        Search(query, nearest, new HnswSearchOptions { Ef = ef, Filter = filter });

    /// <summary>The <paramref name="k"/> nearest points, nearest first; fewer where there are fewer.</summary>
    /// <inheritdoc cref="Search(ReadOnlySpan{float}, Span{Neighbor}, in HnswSearchOptions)"/>
    /// <param name="query">(dimension)</param>
    /// <param name="k">How many points to find.</param>
    /// <param name="options">How wide the search is, and what it may find.</param>
    public Neighbor[] Search(ReadOnlySpan<float> query, int k, in HnswSearchOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        var nearest = new Neighbor[Math.Min(k, Math.Max(1, Count))];
        var count = Search(query, nearest, options);
        return count == nearest.Length ? nearest : nearest[..count];
    }

    /// <summary>
    /// Fills <paramref name="nearest"/> with as many points as fit, nearest first, and returns how many there are. Allocates nothing once warm. A filter that lets
    /// few points through is answered by an exact scan of those.
    /// </summary>
    /// <param name="query">(dimension)</param>
    /// <param name="nearest">(k)</param>
    /// <param name="options">How wide the search is, and what it may find.</param>
    /// <exception cref="ArgumentException">The query is not a vector that the index could hold, or there is no room for a result.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public int Search(ReadOnlySpan<float> query, Span<Neighbor> nearest, in HnswSearchOptions options)
    {
        options.Validate();
        if (nearest.IsEmpty)
            throw new ArgumentException("Expected room for at least one result.", nameof(nearest));
        var context = _contexts.Rent();
        try
        {
            context.Accept(_space, query, nameof(query));
            var storage = Volatile.Read(ref _storage);
            var count = new Query(storage, _space, context, options).Run(nearest);
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

    /// <summary>A walk among allowed points that does not fall back to a scan, to test it by.</summary>
    internal Neighbor[] SearchAmong(ReadOnlySpan<float> query, int k, int ef, IdSet allowed)
    {
        var context = _contexts.Rent();
        context.Accept(_space, query, nameof(query));
        var options = new HnswSearchOptions { Ef = ef, Allowed = allowed };
        var nearest = new Neighbor[k];
        var count = new Query(_storage, _space, context, options).WalkAmong(nearest, ef);
        _contexts.Return(context);
        return nearest[..count];
    }

    /// <summary>
    /// Writes the index as it is at one moment. Writers wait while its links are copied, which takes some hundredth of a second for 100 MiB of them, and go on while the
    /// rest is written; searches never wait. The links are there twice meanwhile.
    /// </summary>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public Task SaveAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        HnswSnapshot snapshot;
        _gate.EnterExclusive();
        try
        {
            snapshot = HnswSnapshot.Take(_storage);
        }
        finally
        {
            _gate.ExitExclusive();
        }

        return HnswFile.WriteAsync(stream, snapshot, _space, _options, cancellationToken);
    }

    /// <summary>Reads an index that <see cref="SaveAsync"/> wrote, into memory, and checks all of it. The first change copies it once more.</summary>
    /// <exception cref="InvalidDataException">The stream holds something else, ends early or is damaged.</exception>
    public static async Task<HnswIndex> LoadAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return FromFile(await SectionFile.ReadAsync(stream, FileKind.Hnsw, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// Uses a file that <see cref="SaveAsync"/> wrote where it is mapped, from the beginning of the view: opened in milliseconds, and vectors are read from disk as searches need
    /// them. The view may be disposed afterwards; the file stays mapped until the index is collected, and nobody may change it. The first change of the index copies
    /// all of it into memory.
    /// </summary>
    /// <exception cref="InvalidDataException">The view holds something else, ends early or is damaged.</exception>
    public static HnswIndex Open(MemoryMappedViewAccessor view, FileCheck check = FileCheck.Structure) => OpenAs(view, check, FileKind.Hnsw);

    internal static HnswIndex OpenAs(MemoryMappedViewAccessor view, FileCheck check, FileKind kind)
    {
        ArgumentNullException.ThrowIfNull(view);
        var file = SectionFile.Map(view, kind);
        HnswFile.Verify(file, check);
        return FromFile(file);
    }

    private static HnswIndex FromFile(SectionFile file)
    {
        var (space, options, storage) = HnswFile.Read(file);
        return new HnswIndex(space, options, storage);
    }

    private unsafe bool TryAdd(long id, int layer, SearchContext context, out HnswStorage storage)
    {
        _gate.EnterShared();
        try
        {
            storage = _storage;
            int slot;
            lock (_changes)
            {
                if (storage.Slots.Find(id) != HnswStorage.None)
                    throw new ArgumentException($"Point {id} is there already; remove it first to replace it.", nameof(id));
                slot = storage.Reserve(id, layer);
                if (slot == HnswStorage.None)
                    return false;
                storage.SetVector(slot, context.Query, context.Row);
                storage.Slots.Set(id, slot);
                _count++;
            }

            _builder.Insert(storage, slot, context);
            lock (_changes)
            {
                // Removed again by another thread before it was linked: then it stays hidden.
                if (storage.Slots.Find(id) == slot)
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
            _givenUp = 0;
            Volatile.Write(ref _storage, grown);
        }
        finally
        {
            _gate.ExitExclusive();
        }
    }
}
