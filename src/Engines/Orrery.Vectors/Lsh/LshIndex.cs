using Orrery.Vectors.Distances;
using Orrery.Vectors.Flat;

namespace Orrery.Vectors.Lsh;

/// <summary>
/// Locality-sensitive hashing by random projections: points that share a bucket with the query in any table are compared with it, and besides the buckets that lie
/// just behind the nearest borders (multi-probe, Lv et al. 2007). It never trains and is updated in O(1); a graph finds more in less time. Searches may run side by
/// side; a change may run beside nothing else.
/// </summary>
public sealed unsafe class LshIndex
{
    private readonly Space _space;
    private readonly LshOptions _options;
    private readonly HashFamily _family;
    private readonly Dictionary<ulong, List<long>>[] _tables;
    private readonly Dictionary<long, float[]> _vectors = [];

    /// <summary>An empty index.</summary>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="metric">Cosine (random hyperplanes) or Euclidean (p-stable projections).</param>
    /// <param name="options">What shapes the index.</param>
    /// <exception cref="ArgumentException">The metric is another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is below 1, or an option is out of its range.</exception>
    public LshIndex(int dimension, Metric metric, LshOptions? options = null)
    {
        _options = options ?? new LshOptions();
        _options.Validate();
        _space = new Space(dimension, metric);
        _family = HashFamily.Of(metric, dimension, _options.Tables * _options.Hashes, _options.Width, _options.Seed);
        _tables = [.. Enumerable.Range(0, _options.Tables).Select(_ => new Dictionary<ulong, List<long>>())];
    }

    /// <summary>The number of components of every vector.</summary>
    public int Dimension => _space.Dimension;

    /// <summary>How distance is measured.</summary>
    public Metric Metric => _space.Metric;

    /// <summary>The number of points.</summary>
    public int Count => _vectors.Count;

    /// <summary>Adds a point. O(tables·hashes·d).</summary>
    /// <exception cref="ArgumentException">The id is taken, or the vector has a wrong dimension, a component that is not finite, or no direction under cosine.</exception>
    public void Add(long id, ReadOnlySpan<float> vector)
    {
        if (_vectors.ContainsKey(id))
            throw new ArgumentException($"Point {id} is there already; remove it first to replace it.", nameof(id));
        var kept = new float[Dimension];
        _space.Accept(vector, kept, nameof(vector));
        _vectors.Add(id, kept);
        var (buckets, _) = Hash(kept);
        for (var table = 0; table < _tables.Length; table++)
        {
            var key = Key(Of(buckets, table));
            if (!_tables[table].TryGetValue(key, out var bucket))
                _tables[table].Add(key, bucket = []);
            bucket.Add(id);
        }
    }

    /// <summary>Takes a point out. False where there was none.</summary>
    public bool Remove(long id)
    {
        if (!_vectors.Remove(id, out var vector))
            return false;
        var (buckets, _) = Hash(vector);
        for (var table = 0; table < _tables.Length; table++)
        {
            var key = Key(Of(buckets, table));
            var bucket = _tables[table][key];
            bucket.Remove(id);
            if (bucket.Count == 0)
                _tables[table].Remove(key);
        }

        return true;
    }

    /// <summary>The nearest of those that share a bucket with the query, nearest first: <paramref name="k"/> or fewer.</summary>
    /// <param name="query">(dimension)</param>
    /// <param name="k">How many points to find.</param>
    /// <param name="probes">Further buckets of each table, behind the nearest borders: 0 to the number of hashes, default 4.</param>
    /// <param name="allowed">The points that may be found; all where it is null.</param>
    /// <exception cref="ArgumentException">The query is not a vector that the index could hold.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k is below 1, or probes are out of their range.</exception>
    public Neighbor[] Search(ReadOnlySpan<float> query, int k, int probes = 4, IdSet? allowed = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        ArgumentOutOfRangeException.ThrowIfNegative(probes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(probes, _options.Hashes);
        var kept = new float[Dimension];
        _space.Accept(query, kept, nameof(query));
        var (buckets, margins) = Hash(kept);
        var (nearest, met) = (new Neighbor[Math.Min(k, Count)], new HashSet<long>());
        if (nearest.Length == 0)
            return nearest;
        var top = new TopK(nearest);
        var order = new int[_options.Hashes];
        for (var table = 0; table < _tables.Length; table++)
        {
            var (hashes, sides) = (Of(buckets, table).ToArray(), Of(margins, table).ToArray());
            Look(table, hashes, kept, allowed, met, ref top);
            for (var i = 0; i < order.Length; i++)
                order[i] = i;
            Array.Sort(Array.ConvertAll(sides, MathF.Abs), order);
            foreach (var hash in order.AsSpan(0, probes))
            {
                var own = hashes[hash];
                hashes[hash] = _family.Neighboring(own, sides[hash]);
                Look(table, hashes, kept, allowed, met, ref top);
                hashes[hash] = own;
            }
        }

        var found = nearest.AsSpan(0, top.Count);
        foreach (ref var neighbor in found)
            neighbor = neighbor with { Distance = _space.Outward(neighbor.Distance) };
        found.Sort();
        return found.Length == nearest.Length ? nearest : found.ToArray();
    }

    private void Look(int table, int[] hashes, float[] query, IdSet? allowed, HashSet<long> met, ref TopK top)
    {
        if (!_tables[table].TryGetValue(Key(hashes), out var bucket))
            return;
        fixed (float* vector = query)
        {
            foreach (var id in bucket)
            {
                if ((allowed is not null && !allowed.Contains(id)) || !met.Add(id))
                    continue;
                fixed (float* other = _vectors[id])
                    top.Offer(new Neighbor(id, _space.RankExactly(vector, other)));
            }
        }
    }

    private (int[] Buckets, float[] Margins) Hash(float[] vector)
    {
        var (buckets, margins) = (new int[_options.Tables * _options.Hashes], new float[_options.Tables * _options.Hashes]);
        _family.Hash(vector, buckets, margins);
        return (buckets, margins);
    }

    private ReadOnlySpan<T> Of<T>(T[] hashes, int table) => hashes.AsSpan(table * _options.Hashes, _options.Hashes);

    /// <summary>FNV-1a over the hashes: two buckets of one key are searched together, which is right and costs little.</summary>
    private static ulong Key(ReadOnlySpan<int> hashes)
    {
        var key = 14695981039346656037UL;
        foreach (var hash in hashes)
            key = (key ^ (uint)hash) * 1099511628211UL;
        return key;
    }
}
