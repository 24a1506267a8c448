using Orrery.Vectors.Distances;
using Orrery.Vectors.Memory;

namespace Orrery.Vectors.Flat;

/// <summary>
/// Exact search: every query is compared with every point, O(n·d). The reference for approximate indexes, and the fastest choice for some thousands of
/// points. Equal distances are ordered by id, so results are the same in any order of insertion. Searches may run side by side; a change may run
/// beside nothing else.
/// </summary>
public sealed unsafe class FlatIndex
{
    // 256 rows of 128 components are 128 KiB: a block stays in the second-level cache while all queries pass over it.
    private const int BlockRows = 256;

    // A tile computes 32 lanes however many are used; four rows at a time cost about the same for eight queries.
    private const int FewestToTile = 8;

    private readonly Space _space;
    private readonly Dictionary<long, int> _rows = [];
    private long[] _ids = new long[16];
    private NativeBlock<float> _vectors;

    /// <summary>An empty index of vectors with <paramref name="dimension"/> components.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is below 1, or the metric is unknown.</exception>
    public FlatIndex(int dimension, Metric metric)
    {
        _space = new Space(dimension, metric);
        _vectors = new NativeBlock<float>((long)_ids.Length * dimension);
    }

    /// <summary>The number of components of every vector.</summary>
    public int Dimension => _space.Dimension;

    /// <summary>How distance is measured.</summary>
    public Metric Metric => _space.Metric;

    /// <summary>The number of points.</summary>
    public int Count => _rows.Count;

    /// <summary>Adds a point. Amortised O(d).</summary>
    /// <exception cref="ArgumentException">The id is taken, or the vector has a wrong dimension, a component that is not finite, or no direction under cosine.</exception>
    public void Add(long id, ReadOnlySpan<float> vector)
    {
        if (_rows.ContainsKey(id))
            throw new ArgumentException($"Point {id} is there already; remove it first to replace it.", nameof(id));
        var row = Count;
        if (row == _ids.Length)
            Grow();
        _space.Accept(vector, new Span<float>(Row(row), Dimension), nameof(vector));
        _ids[row] = id;
        _rows.Add(id, row);
    }

    /// <summary>Takes a point out, O(d). False where there was none.</summary>
    public bool Remove(long id)
    {
        if (!_rows.Remove(id, out var row))
            return false;
        var last = Count;
        if (row != last)
        {
            new Span<float>(Row(last), Dimension).CopyTo(new Span<float>(Row(row), Dimension));
            _ids[row] = _ids[last];
            _rows[_ids[row]] = row;
        }

        return true;
    }

    /// <summary>The <paramref name="k"/> nearest points, nearest first; fewer where there are fewer.</summary>
    /// <param name="query">(dimension)</param>
    /// <param name="k">How many points to find.</param>
    /// <param name="filter">Says by id which points may be found; asked once a point.</param>
    /// <exception cref="ArgumentException">The query is not a vector that the index could hold.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k is below 1.</exception>
    public Neighbor[] Search(ReadOnlySpan<float> query, int k, Predicate<long>? filter = null)
    {
        if (query.Length != Dimension)
            throw new ArgumentException($"Expected a vector of {Dimension} components, as the index has; got {query.Length}.", nameof(query));
        return SearchMany(query, k, filter)[0];
    }

    /// <summary>
    /// The <paramref name="k"/> nearest points of each of many queries, one list a query. Blocks of points stay in the cache while all queries pass over
    /// them, so a query of many costs less than a query alone.
    /// </summary>
    /// <param name="queries">(queries, dimension)</param>
    /// <param name="k">How many points to find for each.</param>
    /// <param name="filter">Says by id which points may be found; asked once a point.</param>
    /// <exception cref="ArgumentException">The queries are not whole vectors that the index could hold.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k is below 1.</exception>
    public Neighbor[][] SearchMany(ReadOnlySpan<float> queries, int k, Predicate<long>? filter = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        if (queries.Length % Dimension != 0)
            throw new ArgumentException($"Expected whole vectors of {Dimension} components; got {queries.Length} numbers.", nameof(queries));
        var kept = new float[queries.Length];
        for (var start = 0; start < kept.Length; start += Dimension)
            _space.Accept(queries.Slice(start, Dimension), kept.AsSpan(start, Dimension), nameof(queries));

        var found = new Neighbor[queries.Length / Dimension][];
        for (var i = 0; i < found.Length; i++)
            found[i] = new Neighbor[Math.Min(k, Count)];
        var counts = new int[found.Length];
        fixed (float* first = kept)
        {
            var done = 0;
            for (; filter is null && found.Length - done >= FewestToTile; done += Math.Min(TileKernel.Lanes, found.Length - done))
                FlatTile.Scan(_space, first + (long)done * Dimension, _vectors.Pointer, _ids.AsSpan(0, Count), found.AsSpan(done), counts.AsSpan(done));
            Scan(first + (long)done * Dimension, found.AsSpan(done), counts.AsSpan(done), filter);
        }

        GC.KeepAlive(this);
        for (var i = 0; i < found.Length; i++)
        {
            Array.Resize(ref found[i], counts[i]);
            foreach (ref var neighbor in found[i].AsSpan())
                neighbor = neighbor with { Distance = _space.Outward(neighbor.Distance) };
            Array.Sort(found[i]);
        }

        return found;
    }

    private void Scan(float* queries, Span<Neighbor[]> found, Span<int> counts, Predicate<long>? filter)
    {
        var ranks = stackalloc float[BlockRows];
        var allowed = stackalloc bool[BlockRows];
        for (var start = 0; found.Length > 0 && start < Count; start += BlockRows)
        {
            var rows = Math.Min(BlockRows, Count - start);
            for (var i = 0; filter is not null && i < rows; i++)
                allowed[i] = filter(_ids[start + i]);
            for (var q = 0; q < found.Length; q++)
            {
                var query = queries + (long)q * Dimension;
                var nearest = new TopK(found[q], counts[q]);
                if (filter is null)
                {
                    _space.RankExactly(query, Row(start), rows, ranks);
                    nearest.Offer(_ids.AsSpan(start, rows), ranks);
                }

                for (var i = 0; filter is not null && i < rows; i++)
                {
                    if (allowed[i])
                        nearest.Offer(new Neighbor(_ids[start + i], _space.RankExactly(query, Row(start + i))));
                }

                counts[q] = nearest.Count;
            }
        }
    }

    private float* Row(int row) => _vectors.Pointer + (long)row * Dimension;

    private void Grow()
    {
        var capacity = checked(_ids.Length * 2);
        var larger = new NativeBlock<float>((long)capacity * Dimension);
        _vectors.CopyTo(larger, (long)Count * Dimension);
        Array.Resize(ref _ids, capacity);
        _vectors = larger;
    }
}
