using Orrery.Vectors.Distances;
using Orrery.Vectors.Memory;

namespace Orrery.Vectors.Neighborhoods;

/// <summary>Vectors as a space keeps them, one after the other, for algorithms that compare many with many.</summary>
internal sealed unsafe class VectorRows
{
    private readonly NativeBlock<float> _block;

    private VectorRows(Space space, NativeBlock<float> block, int count) => (Space, _block, Count) = (space, block, count);

    public Space Space { get; }

    public int Count { get; }

    public int Dimension => Space.Dimension;

    /// <summary>(count, dimension)</summary>
    public float* Pointer => _block.Pointer;

    public float* Row(int row) => _block.Pointer + (long)row * Dimension;

    /// <exception cref="ArgumentException">These are no whole vectors, one of them cannot be in the space, or the metric is no distance.</exception>
    public static VectorRows Accept(ReadOnlySpan<float> vectors, int dimension, Metric metric)
    {
        var space = new Space(dimension, metric);
        if (metric is Metric.Dot)
            throw new ArgumentException("Expected a distance; a dot product is none, as a vector need not be nearest to itself. Use cosine.", nameof(metric));
        if (vectors.Length % dimension != 0)
            throw new ArgumentException($"Expected whole vectors of {dimension} components; got {vectors.Length} numbers.", nameof(vectors));
        var rows = new VectorRows(space, new NativeBlock<float>(vectors.Length), vectors.Length / dimension);
        for (var row = 0; row < rows.Count; row++)
            space.Accept(vectors.Slice(row * dimension, dimension), new Span<float>(rows.Row(row), dimension), nameof(vectors));
        return rows;
    }

    /// <summary>The distance between two rows.</summary>
    public float Distance(int x, int y) => Space.Outward(Space.RankExactly(Row(x), Row(y)));

    /// <summary>What a distance is as a rank: ranks grow with distances.</summary>
    public static double Inward(Metric metric, double distance) => metric switch
    {
        Metric.Cosine => distance - 1,
        Metric.Euclidean => distance * distance,
        _ => distance,
    };
}
