using System.Buffers;
using System.IO.MemoryMappedFiles;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Memory;

namespace Orrery.Vectors.Vamana;

/// <summary>Vectors to be indexed, where they are: in memory or in a mapped file. They are read as they came; under cosine a scale for each makes its length 1.</summary>
internal sealed unsafe class SourceRows : IDisposable
{
    private readonly float* _first;
    private readonly float[]? _scales;
    private readonly MemoryHandle _pin;
    private readonly MappedRegion? _region;

    private SourceRows(float* first, int count, Space space, MemoryHandle pin, MappedRegion? region, CancellationToken cancellationToken)
    {
        _first = first;
        (Count, Space, _pin, _region) = (count, space, pin, region);
        if (space.Metric is Metric.Dot or Metric.Hamming)
            throw new ArgumentException($"Expected cosine, Euclidean or Manhattan, under which links can be compared; got {space.Metric}. Use another index.", nameof(space));
        if (count < 1)
            throw new ArgumentException("Expected at least one vector.", nameof(count));
        _scales = space.Metric is Metric.Cosine ? new float[count] : null;
        var (mean, kept) = (new double[space.Dimension], new float[space.Dimension]);
        for (var row = 0; row < count; row++)
        {
            if (row % 4096 == 0)
                cancellationToken.ThrowIfCancellationRequested();
            Accept(row, kept);
            if (_scales is not null)
                _scales[row] = 1 / MathF.Sqrt(Distance.Dot(Raw(row), Raw(row)));
            for (var i = 0; i < mean.Length; i++)
                mean[i] += kept[i];
        }

        Mean = Array.ConvertAll(mean, sum => (float)(sum / count));
    }

    public Space Space { get; }

    public int Count { get; }

    /// <summary>(dimension), of what is kept.</summary>
    public float[] Mean { get; }

    /// <exception cref="ArgumentException">These are no whole vectors that an index could hold.</exception>
    public static SourceRows Of(ReadOnlyMemory<float> vectors, Space space, CancellationToken cancellationToken)
    {
        if (vectors.Length % space.Dimension != 0)
            throw new ArgumentException($"Expected whole vectors of {space.Dimension} components; got {vectors.Length} numbers.", nameof(vectors));
        var pin = vectors.Pin();
        try
        {
            return new((float*)pin.Pointer, vectors.Length / space.Dimension, space, pin, null, cancellationToken);
        }
        catch
        {
            pin.Dispose();
            throw;
        }
    }

    /// <exception cref="ArgumentException">These are no whole vectors that an index could hold.</exception>
    public static SourceRows Of(MemoryMappedViewAccessor view, long offset, int count, Space space, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var region = new MappedRegion(view);
        if (offset % sizeof(float) != 0 || region.Length - offset < (long)count * space.Dimension * sizeof(float))
            throw new ArgumentException($"Expected {count} vectors of {space.Dimension} components from byte {offset}, a multiple of 4; the view has {region.Length} bytes.", nameof(view));
        return new((float*)(region.Pointer + offset), count, space, default, region, cancellationToken);
    }

    /// <summary>A distance without its root: not negative, so that it can be multiplied.</summary>
    public float Apart(int x, int y) => Positive(Space.RankExactly(Row(x), Row(y)), x, y);

    /// <summary>The distances of chosen rows from one.</summary>
    public void Apart(int from, int* rows, int count, float* distances)
    {
        for (var i = 0; i < count; i++)
            Prefetching.Read(Row(rows[i]), Space.Dimension * sizeof(float));
        Space.RankExactly(Row(from), _first, rows, count, distances);
        for (var i = 0; i < count; i++)
            distances[i] = Positive(distances[i], from, rows[i]);
    }

    /// <summary>The row as the space keeps it.</summary>
    public void Accept(int row, Span<float> kept) => Space.Accept(Raw(row), kept, "vectors");

    public void Dispose()
    {
        _pin.Dispose();
        GC.KeepAlive(_region);
    }

    private float Positive(float rank, int x, int y) => Space.Orderly(_scales is null ? rank : Math.Max(0, 1 + (rank * _scales[x] * _scales[y])));

    private float* Row(int row) => _first + (long)row * Space.Dimension;

    private ReadOnlySpan<float> Raw(int row) => new(Row(row), Space.Dimension);
}
