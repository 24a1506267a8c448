using Orrery.Vectors.Distances;
using Orrery.Vectors.Memory;

namespace Orrery.Vectors.LateInteraction;

/// <summary>
/// How far a query of several vectors is from a document of several: for each vector of the query the nearest of the document, added up (ColBERT, arXiv:2004.12832,
/// equation 3, with distances in place of similarities). A query is prepared once and then compared with many documents. Not thread-safe.
/// </summary>
public sealed unsafe class MaxSim
{
    // Ranks of so many document vectors are 8 KiB.
    private const int BlockRows = 64;

    private readonly Space _space;
    private readonly NativeBlock<float> _packed;
    private readonly NativeBlock<float> _ranks = new(BlockRows * TileKernel.Lanes);
    private readonly float[] _nearest;
    private readonly int _vectors;
    private float[] _document = [];

    /// <summary>Prepares a query. O(vectors·d).</summary>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="metric">How distance is measured.</param>
    /// <param name="query">(vectors, dimension)</param>
    /// <exception cref="ArgumentException">The query is not one or more whole vectors that an index could hold.</exception>
    public MaxSim(int dimension, Metric metric, ReadOnlySpan<float> query)
    {
        _space = new Space(dimension, metric);
        _vectors = Count(query, nameof(query));
        var kept = new float[query.Length];
        for (var i = 0; i < query.Length; i += dimension)
            _space.Accept(query.Slice(i, dimension), kept.AsSpan(i, dimension), nameof(query));
        var groups = (_vectors + TileKernel.Lanes - 1) / TileKernel.Lanes;
        _packed = new NativeBlock<float>((long)groups * TileKernel.Lanes * dimension);
        _nearest = new float[groups * TileKernel.Lanes];
        fixed (float* vectors = kept)
        {
            for (var first = 0; first < _vectors; first += TileKernel.Lanes)
                TileKernel.Pack(vectors + (long)first * dimension, Math.Min(TileKernel.Lanes, _vectors - first), dimension, _packed.Pointer + (long)first * dimension);
        }
    }

    /// <summary>The distance to a document: the sum, over the query's vectors, of the distance to the nearest of the document's. O(vectors of both·d).</summary>
    /// <param name="document">(vectors, dimension)</param>
    /// <exception cref="ArgumentException">The document is not one or more whole vectors that an index could hold.</exception>
    public float Distance(ReadOnlySpan<float> document)
    {
        var vectors = Count(document, nameof(document));
        if (_document.Length < document.Length)
            _document = new float[document.Length];
        for (var i = 0; i < document.Length; i += _space.Dimension)
            _space.Accept(document.Slice(i, _space.Dimension), _document.AsSpan(i, _space.Dimension), nameof(document));
        fixed (float* rows = _document)
            return Distance(rows, vectors);
    }

    /// <summary>The distance to a document whose vectors were accepted by the space already.</summary>
    internal float Distance(float* rows, int vectors)
    {
        Array.Fill(_nearest, float.PositiveInfinity);
        for (var start = 0; start < vectors; start += BlockRows)
        {
            var count = Math.Min(BlockRows, vectors - start);
            for (var first = 0; first < _vectors; first += TileKernel.Lanes)
            {
                _space.RankTile(_packed.Pointer + (long)first * _space.Dimension, rows + (long)start * _space.Dimension, count, _ranks.Pointer);
                KeepNearest(_nearest.AsSpan(first, TileKernel.Lanes), count);
            }
        }

        GC.KeepAlive(this);
        var sum = 0d;
        foreach (var rank in _nearest.AsSpan(0, _vectors))
            sum += _space.Outward(rank);
        return (float)sum;
    }

    private void KeepNearest(Span<float> nearest, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            var ranks = _ranks.Pointer + row * TileKernel.Lanes;
            for (var lane = 0; lane < TileKernel.Lanes; lane++)
            {
                // NaN is not less than anything, so an overflow is infinitely far.
                if (ranks[lane] < nearest[lane])
                    nearest[lane] = ranks[lane];
            }
        }
    }

    private int Count(ReadOnlySpan<float> vectors, string parameter) => vectors.Length > 0 && vectors.Length % _space.Dimension == 0
        ? vectors.Length / _space.Dimension
        : throw new ArgumentException($"Expected one or more whole vectors of {_space.Dimension} components; got {vectors.Length} numbers.", parameter);
}
