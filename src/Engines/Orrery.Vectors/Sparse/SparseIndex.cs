namespace Orrery.Vectors.Sparse;

/// <summary>
/// Exact search by the dot product of sparse vectors, over an inverted index (<see cref="MaxScore"/>). Distances are negated dot products, as under
/// <see cref="Distances.Metric.Dot"/>; a point that shares no dimension with the query is not found. Weights may be negative. Searches may run side by side; a
/// change may run beside nothing else. Memory: 8 bytes a weight, and some 40 for each point and dimension.
/// </summary>
public sealed class SparseIndex
{
    private const int FewestToCompact = 64;
    private const int CompactFraction = 4;
    private const int MostOnStack = 64;

    private readonly Dictionary<long, int> _slots = [];
    private Dictionary<int, Postings> _postings = [];
    private readonly Dictionary<int, int> _frequencies = [];
    private List<int[]> _dimensions = [];
    private long[] _ids = new long[16];
    private bool[] _hidden = new bool[16];
    private int _used;

    /// <summary>The number of points.</summary>
    public int Count => _slots.Count;

    /// <summary>Whether there is a point of that id.</summary>
    public bool Contains(long id) => _slots.ContainsKey(id);

    /// <summary>How many points have a dimension: what an inverse document frequency is made of.</summary>
    public int DocumentFrequency(int dimension) => _frequencies.GetValueOrDefault(dimension);

    /// <summary>Adds a point. O(dimensions).</summary>
    /// <param name="id">Of the point.</param>
    /// <param name="dimensions">(entries), each once, in any order.</param>
    /// <param name="weights">(entries)</param>
    /// <exception cref="ArgumentException">The id is taken, a dimension comes twice or is negative, a weight is not finite, or the lengths differ.</exception>
    public void Add(long id, ReadOnlySpan<int> dimensions, ReadOnlySpan<float> weights)
    {
        if (_slots.ContainsKey(id))
            throw new ArgumentException($"Point {id} is there already; remove it first to replace it.", nameof(id));
        Check(dimensions, weights);
        if (_used == _ids.Length)
        {
            Array.Resize(ref _ids, 2 * _used);
            Array.Resize(ref _hidden, 2 * _used);
        }

        var slot = _used++;
        (_ids[slot], _hidden[slot]) = (id, false);
        _slots.Add(id, slot);
        _dimensions.Add(dimensions.ToArray());
        for (var i = 0; i < dimensions.Length; i++)
        {
            if (!_postings.TryGetValue(dimensions[i], out var postings))
                _postings.Add(dimensions[i], postings = new Postings());
            postings.Add(slot, weights[i]);
            _frequencies[dimensions[i]] = _frequencies.GetValueOrDefault(dimensions[i]) + 1;
        }
    }

    /// <summary>Takes a point out; its entries are swept up when a quarter of all points are gone. False where there was none.</summary>
    public bool Remove(long id)
    {
        if (!_slots.Remove(id, out var slot))
            return false;
        _hidden[slot] = true;
        foreach (var dimension in _dimensions[slot])
        {
            if (--_frequencies[dimension] == 0)
                _frequencies.Remove(dimension);
        }

        _dimensions[slot] = [];
        if (_used - Count >= Math.Max(FewestToCompact, _used / CompactFraction))
            Compact();
        return true;
    }

    /// <summary>The <paramref name="k"/> points with the greatest dot products; fewer where fewer share a dimension with the query.</summary>
    /// <inheritdoc cref="Search(ReadOnlySpan{int}, ReadOnlySpan{float}, Span{Neighbor}, IdSet, Predicate{long})"/>
    /// <param name="dimensions">(entries), each once, in any order.</param>
    /// <param name="weights">(entries)</param>
    /// <param name="k">How many points to find.</param>
    /// <param name="allowed">The points that may be found; all where it is null.</param>
    /// <param name="filter">Says by id which points may be found, in addition.</param>
    public Neighbor[] Search(ReadOnlySpan<int> dimensions, ReadOnlySpan<float> weights, int k, IdSet? allowed = null, Predicate<long>? filter = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        var nearest = new Neighbor[Math.Min(k, Math.Max(1, Count))];
        var count = Search(dimensions, weights, nearest, allowed, filter);
        return count == nearest.Length ? nearest : nearest[..count];
    }

    /// <summary>Fills <paramref name="nearest"/> with the points of the greatest dot products, greatest first, and returns how many there are.</summary>
    /// <param name="dimensions">(entries), each once, in any order.</param>
    /// <param name="weights">(entries)</param>
    /// <param name="nearest">(k)</param>
    /// <param name="allowed">The points that may be found; all where it is null.</param>
    /// <param name="filter">Says by id which points may be found, in addition.</param>
    /// <exception cref="ArgumentException">A dimension comes twice or is negative, a weight is not finite, the lengths differ, or there is no room for a result.</exception>
    public int Search(ReadOnlySpan<int> dimensions, ReadOnlySpan<float> weights, Span<Neighbor> nearest, IdSet? allowed = null, Predicate<long>? filter = null)
    {
        if (nearest.IsEmpty)
            throw new ArgumentException("Expected room for at least one result.", nameof(nearest));
        Check(dimensions, weights);
        var cursors = new PostingCursor[dimensions.Length];
        var count = 0;
        for (var i = 0; i < dimensions.Length; i++)
        {
            // A weight of zero shares the dimension all the same.
            if (_postings.TryGetValue(dimensions[i], out var postings))
                cursors[count++] = new PostingCursor(postings, weights[i]);
        }

        var reach = count <= MostOnStack ? stackalloc double[MostOnStack] : new double[count];
        var found = new MaxScore(cursors.AsSpan(0, count), reach).Run(_ids, _hidden, allowed, filter, nearest);
        nearest[..found].Sort();
        return found;
    }

    private static void Check(ReadOnlySpan<int> dimensions, ReadOnlySpan<float> weights)
    {
        if (dimensions.Length != weights.Length)
            throw new ArgumentException($"Expected as many weights as dimensions; got {weights.Length} and {dimensions.Length}.", nameof(weights));
        for (var i = 0; i < weights.Length; i++)
        {
            if (!float.IsFinite(weights[i]))
                throw new ArgumentException($"Expected finite weights; that of dimension {dimensions[i]} is {weights[i]}. Leave it out or repair it.", nameof(weights));
        }

        var sorted = dimensions.Length <= MostOnStack ? stackalloc int[dimensions.Length] : new int[dimensions.Length];
        dimensions.CopyTo(sorted);
        sorted.Sort();
        for (var i = 0; i < sorted.Length; i++)
        {
            if (sorted[i] < 0 || (i > 0 && sorted[i] == sorted[i - 1]))
                throw new ArgumentException($"Expected every dimension once and none below 0; got {sorted[i]}{(sorted[i] < 0 ? "" : " twice")}.", nameof(dimensions));
        }
    }

    /// <summary>Writes all postings anew without removed points. Bounds become tight again.</summary>
    private void Compact()
    {
        var moved = new int[_used];
        var next = 0;
        var dimensions = new List<int[]>(Count);
        for (var slot = 0; slot < _used; slot++)
        {
            moved[slot] = _hidden[slot] ? -1 : next;
            if (_hidden[slot])
                continue;
            _ids[next] = _ids[slot];
            _slots[_ids[next]] = next++;
            dimensions.Add(_dimensions[slot]);
        }

        var kept = new Dictionary<int, Postings>(_frequencies.Count);
        foreach (var (dimension, postings) in _postings)
        {
            var some = new Postings();
            for (var i = 0; i < postings.Count; i++)
            {
                if (moved[postings.Slots[i]] >= 0)
                    some.Add(moved[postings.Slots[i]], postings.Weights[i]);
            }

            if (some.Count > 0)
                kept.Add(dimension, some);
        }

        (_postings, _dimensions, _used) = (kept, dimensions, next);
        Array.Clear(_hidden);
    }
}
