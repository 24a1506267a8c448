using System.Runtime.CompilerServices;
using Orrery.Vectors.Quantization;

namespace Orrery.Vectors.Distances;

/// <summary>
/// The vectors that an index accepts, and how it ranks them: by a sum over rows of bytes (the float32 components, or codes of them) that grows with the distance
/// and that <see cref="Outward"/> turns into it. A pointer to the kernel instead of a type parameter keeps the indexes free of generics; the call is predicted.
/// </summary>
internal sealed unsafe class Space
{
    private readonly RowKernels _exact;
    private readonly RowKernels _rows;
    private readonly delegate*<float*, float*, int, int, float*, void> _tile;
    private readonly int _length;
    private readonly ScalarQuantizer? _quantizer;

    /// <summary>A space that ranks by the vectors themselves, or by the codes of a quantizer.</summary>
    public Space(int dimension, Metric metric, ScalarQuantizer? quantizer = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        Dimension = dimension;
        Metric = metric;
        _exact = RowKernels.OfFloat32(metric);
        _tile = RowKernels.Tile(metric);
        _quantizer = quantizer;
        if (quantizer is null)
        {
            (_rows, _length, RowBytes) = (_exact, dimension, checked(dimension * sizeof(float)));
            return;
        }

        _rows = RowKernels.OfInt8(metric);
        _length = RowBytes = Int8Kernel.Padded(dimension);
    }

    /// <summary>A space of bits, packed into the room of float32 and ranked by how many differ.</summary>
    private Space(int bits)
    {
        Bits = bits;
        Dimension = _length = (bits + 31) / 32;
        Metric = Metric.Hamming;
        _exact = _rows = RowKernels.OfBits();
        _tile = RowKernels.Tile(Metric.Hamming);
        RowBytes = Dimension * sizeof(float);
    }

    public int Dimension { get; }

    public Metric Metric { get; }

    /// <summary>Bits of a vector; 0 where components are numbers.</summary>
    public int Bits { get; }

    /// <inheritdoc cref="Space(int)"/>
    public static Space OfBits(int bits) => bits is >= 8 and <= 1 << 24 && bits % 8 == 0 ? new(bits)
        : throw new ArgumentOutOfRangeException(nameof(bits), bits, "Expected a multiple of 8 bits, from 8 to 16,777,216.");

    public ScalarQuantizer? Quantizer => _quantizer;

    /// <summary>Whether rows are codes, and the vectors are kept beside them.</summary>
    public bool IsQuantized => _quantizer is not null;

    /// <summary>Bytes of what ranks.</summary>
    public int RowBytes { get; }

    /// <summary>What ranks. An overflow that ends in NaN ranks as infinitely far, so that an order always exists.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Rank(byte* x, byte* y)
    {
        var rank = _rows.Pair(x, y, _length);
        return float.IsNaN(rank) ? float.PositiveInfinity : rank;
    }

    /// <summary>What ranks, of chosen rows of a block. NaN may be among it; <see cref="Orderly"/> makes it infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Rank(byte* query, byte* block, int* slots, int count, float* ranks) => _rows.Gather(query, block, _length, slots, count, ranks);

    /// <summary>The rank by the vectors themselves.</summary>
    public float RankExactly(float* x, float* y) => Orderly(_exact.Pair((byte*)x, (byte*)y, Dimension));

    /// <summary>The rank by the vectors themselves, of <paramref name="rows"/> rows of (rows, dimension). NaN may be among it; <see cref="Orderly"/> makes it infinite.</summary>
    public void RankExactly(float* query, float* block, int rows, float* ranks) => _exact.Block((byte*)query, (byte*)block, Dimension, rows, ranks);

    /// <summary>The ranks of 32 packed queries by the rows of a block: (rows, 32), NaN among them.</summary>
    public void RankTile(float* packed, float* block, int rows, float* ranks) => _tile(packed, block, Dimension, rows, ranks);

    public static float Orderly(float rank) => float.IsNaN(rank) ? float.PositiveInfinity : rank;

    /// <summary>The ranks by the vectors themselves, of chosen rows of a block. NaN may be among it; <see cref="Orderly"/> makes it infinite.</summary>
    public void RankExactly(float* query, float* block, int* slots, int count, float* ranks) => _exact.Gather((byte*)query, (byte*)block, Dimension, slots, count, ranks);

    /// <summary>From an exact rank to the distance that <see cref="Distances.Metric"/> promises.</summary>
    public float Outward(float rank) => Metric switch
    {
        Metric.Cosine => Math.Clamp(1 + rank, 0, 2),
        Metric.Euclidean => MathF.Sqrt(rank),
        _ => rank,
    };

    /// <summary>Writes what an accepted vector ranks by.</summary>
    public void Encode(float* vector, byte* row)
    {
        if (_quantizer is null)
            Unsafe.CopyBlockUnaligned(row, vector, (uint)RowBytes);
        else
            _quantizer.Encode(new ReadOnlySpan<float>(vector, Dimension), new Span<sbyte>(row, RowBytes));
    }

    /// <summary>Copies a vector as the space keeps it (length 1 under cosine), or says why it cannot be kept.</summary>
    public void Accept(ReadOnlySpan<float> vector, Span<float> kept, string parameter)
    {
        if (vector.Length != Dimension)
            throw new ArgumentException($"Expected a vector of {Dimension} components, as the index has; got {vector.Length}.", parameter);
        if (Bits > 0)
        {
            // Any bits will do, also those that are no number.
            vector.CopyTo(kept);
            return;
        }

        var squares = 0d;
        for (var i = 0; i < vector.Length; i++)
        {
            if (!float.IsFinite(vector[i]))
                throw new ArgumentException($"Expected finite components; component {i} is {vector[i]}. Leave the vector out or repair it.", parameter);
            squares += (double)vector[i] * vector[i];
        }

        if (Metric is not Metric.Cosine)
        {
            vector.CopyTo(kept);
            return;
        }

        if (squares == 0)
            throw new ArgumentException("Expected a direction; a zero vector has no cosine to any other. Leave it out or use another metric.", parameter);
        var scale = 1 / Math.Sqrt(squares);
        for (var i = 0; i < vector.Length; i++)
            kept[i] = (float)(vector[i] * scale);
    }
}
