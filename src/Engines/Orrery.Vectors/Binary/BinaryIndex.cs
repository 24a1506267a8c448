using Orrery.Vectors.Distances;
using Orrery.Vectors.Flat;
using Orrery.Vectors.Memory;

namespace Orrery.Vectors.Binary;

/// <summary>
/// Search over one bit a component (RaBitQ, Gao and Long, arXiv:2405.12497): the signs of the rotated offset from a centre, with two numbers a point that make the estimate of
/// a distance unbiased. All codes are scanned, and the best compared by their vectors. Vectors are padded to a power of two of at least 64 components; more bits than
/// that are better. Searches may run side by side; a change may run beside nothing else.
/// </summary>
public sealed unsafe class BinaryIndex
{
    private const int LeastComponents = 64;

    private readonly Space _space;
    private readonly RandomRotation _rotation;
    private readonly float[] _centre;
    private readonly Dictionary<long, int> _rows = [];
    private readonly List<NativeBlock<float>> _vectors = [];
    private long[] _ids = new long[16];
    private ulong[] _codes;
    private (float Term, float Factor)[] _estimates = new (float, float)[16];

    /// <summary>An empty index.</summary>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="metric">Cosine, dot or Euclidean.</param>
    /// <param name="centre">(dimension), about the mean of the vectors to come; the origin where it is empty. Of the directions under cosine.</param>
    /// <param name="seed">Draws the rotation.</param>
    /// <exception cref="ArgumentException">The metric is none of the three, or the centre is no finite vector of the dimension.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is below 1, or the metric is unknown.</exception>
    public BinaryIndex(int dimension, Metric metric, ReadOnlySpan<float> centre = default, ulong seed = 0)
    {
        _space = new Space(dimension, metric);
        if (metric is Metric.Manhattan or Metric.Hamming)
            throw new ArgumentException($"Expected cosine, dot or Euclidean, which a rotation keeps; got {metric}. Use another index.", nameof(metric));
        _centre = new float[dimension];
        if (!centre.IsEmpty)
            new Space(dimension, Metric.Euclidean).Accept(centre, _centre, nameof(centre));
        _rotation = new RandomRotation(dimension, LeastComponents, seed);
        _codes = new ulong[_ids.Length * Words];
    }

    /// <summary>The number of components of every vector.</summary>
    public int Dimension => _space.Dimension;

    /// <summary>How distance is measured.</summary>
    public Metric Metric => _space.Metric;

    /// <summary>The number of points.</summary>
    public int Count => _rows.Count;

    /// <summary>Bits of a code.</summary>
    public int Bits => _rotation.Components;

    private int Words => _rotation.Components / 64;

    /// <summary>Adds a point. O(d log d).</summary>
    /// <exception cref="ArgumentException">The id is taken, or the vector has a wrong dimension, a component that is not finite, or no direction under cosine.</exception>
    public void Add(long id, ReadOnlySpan<float> vector)
    {
        if (_rows.ContainsKey(id))
            throw new ArgumentException($"Point {id} is there already; remove it first to replace it.", nameof(id));
        var kept = new NativeBlock<float>(Dimension);
        var accepted = new Span<float>(kept.Pointer, Dimension);
        _space.Accept(vector, accepted, nameof(vector));
        var row = Count;
        if (row == _ids.Length)
        {
            Array.Resize(ref _ids, 2 * row);
            Array.Resize(ref _estimates, 2 * row);
            Array.Resize(ref _codes, checked(2 * row * Words));
        }

        _ids[row] = id;
        _vectors.Add(kept);
        _estimates[row] = Encode(accepted, _codes.AsSpan(row * Words, Words));
        _rows.Add(id, row);
    }

    /// <summary>Takes a point out; the last takes its row. False where there was none.</summary>
    public bool Remove(long id)
    {
        if (!_rows.Remove(id, out var row))
            return false;
        var last = Count;
        if (row != last)
        {
            (_ids[row], _estimates[row], _vectors[row]) = (_ids[last], _estimates[last], _vectors[last]);
            _codes.AsSpan(last * Words, Words).CopyTo(_codes.AsSpan(row * Words));
            _rows[_ids[row]] = row;
        }

        _vectors.RemoveAt(last);
        return true;
    }

    /// <summary>The <paramref name="k"/> nearest points, nearest first; fewer where there are fewer.</summary>
    /// <param name="query">(dimension)</param>
    /// <param name="k">How many points to find.</param>
    /// <param name="oversampling">How many times k of the best by code are compared by their vectors: at least 1, default 10.</param>
    /// <param name="allowed">The points that may be found; all where it is null.</param>
    /// <exception cref="ArgumentException">The query is not a vector that the index could hold.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k or the oversampling is below 1.</exception>
    public Neighbor[] Search(ReadOnlySpan<float> query, int k, double oversampling = 10, IdSet? allowed = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        if (!(oversampling >= 1))
            throw new ArgumentOutOfRangeException(nameof(oversampling), oversampling, "Expected an oversampling of at least 1.");
        var kept = new float[Dimension];
        _space.Accept(query, kept, nameof(query));
        var best = new Neighbor[(int)Math.Min(Count, Math.Ceiling(oversampling * k))];
        if (best.Length == 0)
            return [];
        var candidates = best.AsSpan(0, Scan(kept, allowed, best));
        var nearest = new Neighbor[Math.Min(k, candidates.Length)];
        var top = new TopK(nearest);
        fixed (float* vector = kept)
        {
            foreach (var candidate in candidates)
                top.Offer(new Neighbor(_ids[candidate.Id], _space.RankExactly(vector, _vectors[(int)candidate.Id].Pointer)));
        }

        GC.KeepAlive(this);
        foreach (ref var neighbor in nearest.AsSpan())
            neighbor = neighbor with { Distance = _space.Outward(neighbor.Distance) };
        Array.Sort(nearest);
        return nearest;
    }

    /// <summary>Fills a heap with rows and estimated ranks.</summary>
    private int Scan(float[] query, IdSet? allowed, Span<Neighbor> best)
    {
        // Under Euclid the offset of the query from the centre, which is short, and so is the error; a product has no such freedom.
        if (Metric is Metric.Euclidean)
        {
            for (var i = 0; i < query.Length; i++)
                query[i] -= _centre[i];
        }

        var rotated = new float[_rotation.Components];
        _rotation.Rotate(query, rotated);
        if (Metric is Metric.Euclidean)
        {
            for (var i = 0; i < query.Length; i++)
                query[i] += _centre[i];
        }

        var estimate = new BinaryQuery(rotated, new ulong[BinaryQuery.PlaneWords(rotated.Length)]);
        var top = new TopK(best);
        for (var row = 0; row < Count; row++)
        {
            if (allowed is not null && !allowed.Contains(_ids[row]))
                continue;
            var (term, factor) = _estimates[row];
            var rank = term + factor * estimate.SignedSum(_codes.AsSpan(row * Words, Words));
            top.Offer(new Neighbor(row, Space.Orderly(rank)));
        }

        return top.Count;
    }

    /// <summary>
    /// The signs of the rotated offset r, and what makes a rank of them: with s = Σ ±qᵢ the product ⟨r, q⟩ is about |r|²·s / Σ|rᵢ| (theorem 3.2). A Euclidean rank is
    /// |r|² − 2⟨r, q − c⟩ but for what all share, a product's −⟨c, q⟩ − ⟨r, q⟩, and ⟨c, q⟩ is shared too.
    /// </summary>
    private (float Term, float Factor) Encode(ReadOnlySpan<float> vector, Span<ulong> code)
    {
        Span<float> offset = new float[Dimension], rotated = new float[_rotation.Components];
        for (var i = 0; i < offset.Length; i++)
            offset[i] = vector[i] - _centre[i];
        _rotation.Rotate(offset, rotated);
        code.Clear();
        var (square, magnitudes) = (0f, 0f);
        for (var i = 0; i < rotated.Length; i++)
        {
            square += rotated[i] * rotated[i];
            magnitudes += MathF.Abs(rotated[i]);
            if (rotated[i] > 0)
                code[i / 64] |= 1UL << i;
        }

        // At the centre there is no offset, and nothing to estimate.
        var factor = magnitudes > 0 ? square / magnitudes : 0;
        return Metric is Metric.Euclidean ? (square, -2 * factor) : (0, -factor);
    }
}
