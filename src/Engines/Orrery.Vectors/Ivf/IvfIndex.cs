using Orrery.Vectors.Clustering;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Flat;
using Orrery.Vectors.Quantization;

namespace Orrery.Vectors.Ivf;

/// <summary>
/// An inverted file: points are shared out to the lists of k-means clusters, and a search looks into the nearest of them (Jégou, Douze, Schmid 2011). With
/// <see cref="IvfOptions.Subspaces"/> the points of a list are ranked by codes of their offsets from its centroid first. Searches may run side by side; a change may
/// run beside nothing else. Memory: 4·d bytes a point, half a byte or one a subspace, and some 60 more.
/// </summary>
public sealed unsafe class IvfIndex
{
    // 1,024 for each of the 16 codewords of a subspace, 64 of 256; more move them by less than chance does.
    private const int MostForCodes = 16_384;

    private readonly Space _space;
    private readonly KMeans _clusters;
    private readonly ProductQuantizer? _quantizer;
    private readonly IvfList[] _lists;
    private readonly Dictionary<long, (int List, int Place)> _places = [];

    private IvfIndex(Space space, KMeans clusters, ProductQuantizer? quantizer)
    {
        (_space, _clusters, _quantizer) = (space, clusters, quantizer);
        var pairs = ((quantizer?.Subspaces ?? 0) + 1) / 2;
        _lists = [.. Enumerable.Range(0, clusters.Clusters).Select(_ => new IvfList(space.Dimension, pairs, quantizer?.Bits == 8))];
    }

    /// <summary>The number of components of every vector.</summary>
    public int Dimension => _space.Dimension;

    /// <summary>How distance is measured.</summary>
    public Metric Metric => _space.Metric;

    /// <summary>The number of points.</summary>
    public int Count => _places.Count;

    /// <summary>Whether there is a point of that id.</summary>
    public bool Contains(long id) => _places.ContainsKey(id);

    /// <summary>An empty index whose lists and codes fit a sample. O(passes·n·lists·d).</summary>
    /// <param name="sample">(vectors, dimension): at least as many as lists; 50 to 250 for each serve best.</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="metric">Cosine, dot or Euclidean.</param>
    /// <param name="options">What shapes the index.</param>
    /// <exception cref="ArgumentException">The sample is too small, its vectors cannot be in an index, or the metric is none of the three.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static IvfIndex Train(ReadOnlySpan<float> sample, int dimension, Metric metric, IvfOptions? options = null)
    {
        options ??= new IvfOptions();
        options.Validate();
        var space = new Space(dimension, metric);
        if (metric is Metric.Manhattan or Metric.Hamming)
            throw new ArgumentException($"Expected cosine, dot or Euclidean, as clusters are means; got {metric}. Use another index.", nameof(metric));
        if (sample.Length % dimension != 0)
            throw new ArgumentException($"Expected whole vectors of {dimension} components; got {sample.Length} numbers.", nameof(sample));
        var kept = new float[sample.Length];
        for (var i = 0; i < sample.Length; i += dimension)
            space.Accept(sample.Slice(i, dimension), kept.AsSpan(i, dimension), nameof(sample));
        var clusters = KMeans.Train(kept, dimension, new KMeansOptions { Clusters = options.Lists, Iterations = 10, Seed = options.Seed });
        // Spherical (Dhillon and Modha 2001): a search ranks lists by their directions, so points are shared out by them too.
        if (metric is Metric.Cosine)
            clusters = clusters.Directions();
        if (options.Subspaces == 0)
            return new IvfIndex(space, clusters, null);
        var offsets = Offsets(clusters, kept.AsSpan(0, Math.Min(kept.Length, MostForCodes * dimension)));
        return new IvfIndex(space, clusters, options.RotatesCodes
            ? ProductQuantizer.TrainOptimized(offsets, dimension, options.Subspaces, options.CodeBits, seed: options.Seed)
            : ProductQuantizer.Train(offsets, dimension, options.Subspaces, options.CodeBits, options.Seed));
    }

    /// <summary>What is left of vectors without their centroids.</summary>
    private static float[] Offsets(KMeans clusters, ReadOnlySpan<float> vectors)
    {
        var (labels, offsets, dimension) = (clusters.Assign(vectors), vectors.ToArray(), clusters.Dimension);
        for (var i = 0; i < offsets.Length; i++)
            offsets[i] -= clusters.Centroids[labels[i / dimension] * dimension + i % dimension];
        return offsets;
    }

    /// <summary>Adds a point. O(lists·d).</summary>
    /// <exception cref="ArgumentException">The id is taken, or the vector has a wrong dimension, a component that is not finite, or no direction under cosine.</exception>
    public void Add(long id, ReadOnlySpan<float> vector)
    {
        if (_places.ContainsKey(id))
            throw new ArgumentException($"Point {id} is there already; remove it first to replace it.", nameof(id));
        var kept = new float[Dimension];
        _space.Accept(vector, kept, nameof(vector));
        var list = NearestList(kept);
        Span<byte> codes = stackalloc byte[((_quantizer?.Subspaces ?? 0) + 1) & ~1];
        var term = _quantizer is null ? 0 : Encode(kept, list, codes);
        _places.Add(id, (list, _lists[list].Count));
        _lists[list].Add(id, kept, codes, term);
    }

    /// <summary>Takes a point out, O(d). False where there was none.</summary>
    public bool Remove(long id)
    {
        if (!_places.Remove(id, out var at))
            return false;
        var moved = _lists[at.List].Remove(at.Place);
        if (moved != id)
            _places[moved] = at;
        return true;
    }

    /// <summary>The <paramref name="k"/> nearest points, nearest first; fewer where the lists that are looked into hold fewer.</summary>
    /// <param name="query">(dimension)</param>
    /// <param name="k">How many points to find.</param>
    /// <param name="options">How wide the search is, and what it may find.</param>
    /// <exception cref="ArgumentException">The query is not a vector that the index could hold.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k is below 1, or an option out of its range.</exception>
    public Neighbor[] Search(ReadOnlySpan<float> query, int k, in IvfSearchOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        options.Validate();
        var kept = new float[Dimension];
        _space.Accept(query, kept, nameof(query));
        var nearest = new Neighbor[Math.Min(k, Count)];
        if (nearest.Length == 0)
            return nearest;
        var probes = NearestLists(kept, options.Probes);
        int count;
        fixed (float* vector = kept)
        {
            count = _quantizer is null
                ? IvfScan.ByVectors(_space, vector, _lists, probes, options.Allowed, nearest)
                : IvfScan.ByCodes(_space, vector, _quantizer, _lists, probes, options, nearest);
        }

        GC.KeepAlive(this);
        var found = nearest.AsSpan(0, count);
        foreach (ref var neighbor in found)
            neighbor = neighbor with { Distance = _space.Outward(neighbor.Distance) };
        found.Sort();
        return count == nearest.Length ? nearest : found.ToArray();
    }

    /// <summary>The list of the nearest centroid. One vector does not fill the tile of 32 that k-means assigns by: 1,024 lists of 100 components took 40 µs by it.</summary>
    private int NearestList(float[] vector)
    {
        var squares = new float[_lists.Length];
        fixed (float* first = vector, centroids = _clusters.Centroids, sums = squares)
            BlockKernel.Sums<SquaredDifference, Float32>((byte*)first, (byte*)centroids, Dimension, squares.Length, sums);
        return squares.AsSpan().IndexOf(squares.Min());
    }

    /// <summary>The lists whose centroids are nearest, with the ranks of these.</summary>
    private Neighbor[] NearestLists(float[] query, int probes)
    {
        var ranks = new float[_lists.Length];
        fixed (float* vector = query, centroids = _clusters.Centroids, first = ranks)
            _space.RankExactly(vector, centroids, ranks.Length, first);
        var lists = new Neighbor[Math.Min(probes, ranks.Length)];
        var top = new TopK(lists);
        for (var list = 0; list < ranks.Length; list++)
            top.Offer(new Neighbor(list, Space.Orderly(ranks[list])));
        Array.Sort(lists);
        return lists;
    }

    /// <summary>
    /// Codes of the offset r from the centroid c. A Euclidean rank is |q − c − r|² = |q − c|² + (|r|² + 2c·r) − 2q·r: the first is the list's, the term in brackets the
    /// point's, and the last comes from one table for all lists. A product is −q·c − q·r, without a term.
    /// </summary>
    private float Encode(float[] vector, int list, Span<byte> codes)
    {
        var centroid = _clusters.Centroids.Slice(list * Dimension, Dimension);
        var offset = new float[Dimension];
        for (var i = 0; i < offset.Length; i++)
            offset[i] = vector[i] - centroid[i];
        codes = codes[.._quantizer!.Subspaces];
        _quantizer.Encode(offset, codes);
        _quantizer.Decode(codes, offset);
        return Metric is Metric.Euclidean ? Distance.Dot<float>(offset, offset) + 2 * Distance.Dot(centroid, offset) : 0;
    }
}
