using Orrery.Vectors.Distances;
using Orrery.Vectors.Flat;
using Orrery.Vectors.Memory;

namespace Orrery.Vectors.LateInteraction;

/// <summary>
/// Exact search among points of several vectors each, by <see cref="MaxSim"/>: O(n·vectors·d), so it suits some thousands of points, or the candidates that another index
/// found. Searches may run side by side; a change may run beside nothing else.
/// </summary>
public sealed unsafe class MultiVectorIndex
{
    private readonly Space _space;
    private readonly Dictionary<long, NativeBlock<float>> _points = [];

    /// <summary>An empty index of vectors with <paramref name="dimension"/> components.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is below 1, or the metric is unknown.</exception>
    public MultiVectorIndex(int dimension, Metric metric) => _space = new Space(dimension, metric);

    /// <summary>The number of components of every vector.</summary>
    public int Dimension => _space.Dimension;

    /// <summary>How distance is measured between two vectors.</summary>
    public Metric Metric => _space.Metric;

    /// <summary>The number of points.</summary>
    public int Count => _points.Count;

    /// <summary>Whether there is a point of that id.</summary>
    public bool Contains(long id) => _points.ContainsKey(id);

    /// <summary>Adds a point.</summary>
    /// <param name="id">Of the point.</param>
    /// <param name="vectors">(vectors, dimension)</param>
    /// <exception cref="ArgumentException">The id is taken, or these are not one or more whole vectors that the index can hold.</exception>
    public void Add(long id, ReadOnlySpan<float> vectors)
    {
        if (_points.ContainsKey(id))
            throw new ArgumentException($"Point {id} is there already; remove it first to replace it.", nameof(id));
        if (vectors.IsEmpty || vectors.Length % Dimension != 0)
            throw new ArgumentException($"Expected one or more whole vectors of {Dimension} components; got {vectors.Length} numbers.", nameof(vectors));
        var kept = new NativeBlock<float>(vectors.Length);
        for (var i = 0; i < vectors.Length; i += Dimension)
            _space.Accept(vectors.Slice(i, Dimension), new Span<float>(kept.Pointer + i, Dimension), nameof(vectors));
        _points.Add(id, kept);
    }

    /// <summary>Takes a point out. False where there was none.</summary>
    public bool Remove(long id) => _points.Remove(id);

    /// <summary>The <paramref name="k"/> nearest points, nearest first; fewer where there are fewer.</summary>
    /// <param name="query">(vectors, dimension)</param>
    /// <param name="k">How many points to find.</param>
    /// <param name="allowed">The points that may be found; all where it is null.</param>
    /// <param name="filter">Says by id which points may be found, in addition.</param>
    /// <exception cref="ArgumentException">The query is not one or more whole vectors that the index could hold.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k is below 1.</exception>
    public Neighbor[] Search(ReadOnlySpan<float> query, int k, IdSet? allowed = null, Predicate<long>? filter = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        var prepared = new MaxSim(Dimension, Metric, query);
        var nearest = new Neighbor[Math.Min(k, Count)];
        if (nearest.Length == 0)
            return nearest;
        var top = new TopK(nearest);
        foreach (var (id, vectors) in _points)
        {
            if ((allowed is null || allowed.Contains(id)) && (filter is null || filter(id)))
                top.Offer(new Neighbor(id, prepared.Distance(vectors.Pointer, (int)(vectors.Length / Dimension))));
        }

        GC.KeepAlive(this);
        var found = nearest.AsSpan(0, top.Count);
        found.Sort();
        return found.Length == nearest.Length ? nearest : found.ToArray();
    }
}
