using System.Runtime.CompilerServices;

namespace Orrery.Vectors.Distances;

/// <summary>
/// The vectors that an index accepts, and how it ranks them: by a sum that grows with the distance and that <see cref="Outward"/> turns into it.
/// A pointer to the kernel instead of a type parameter keeps the indexes free of generics; the call is predicted.
/// </summary>
internal sealed unsafe class Space
{
    private readonly delegate*<float*, float*, int, float> _pair;
    private readonly delegate*<float*, float*, int, int, float*, void> _block;

    public Space(int dimension, Metric metric)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        Dimension = dimension;
        Metric = metric;
        switch (metric)
        {
            case Metric.Cosine or Metric.Dot:
                _pair = &PairKernel.Sum<NegatedProduct>;
                _block = &BlockKernel.Sums<NegatedProduct>;
                break;
            case Metric.Euclidean:
                _pair = &PairKernel.Sum<SquaredDifference>;
                _block = &BlockKernel.Sums<SquaredDifference>;
                break;
            case Metric.Manhattan:
                _pair = &PairKernel.Sum<AbsoluteDifference>;
                _block = &BlockKernel.Sums<AbsoluteDifference>;
                break;
            case Metric.Hamming:
                _pair = &PairKernel.Sum<Inequality>;
                _block = &BlockKernel.Sums<Inequality>;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(metric), metric, "Expected one of the named metrics.");
        }
    }

    public int Dimension { get; }

    public Metric Metric { get; }

    /// <summary>What ranks. An overflow that ends in NaN ranks as infinitely far, so that an order always exists.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Rank(float* x, float* y)
    {
        var rank = _pair(x, y, Dimension);
        return float.IsNaN(rank) ? float.PositiveInfinity : rank;
    }

    /// <summary>What ranks, of <paramref name="rows"/> rows of (rows, dimension).</summary>
    public void Rank(float* query, float* block, int rows, float* ranks)
    {
        _block(query, block, Dimension, rows, ranks);
        for (var i = 0; i < rows; i++)
        {
            if (float.IsNaN(ranks[i]))
                ranks[i] = float.PositiveInfinity;
        }
    }

    /// <summary>From what ranks to the distance that <see cref="Distances.Metric"/> promises.</summary>
    public float Outward(float rank) => Metric switch
    {
        Metric.Cosine => Math.Clamp(1 + rank, 0, 2),
        Metric.Euclidean => MathF.Sqrt(rank),
        _ => rank,
    };

    /// <summary>Copies a vector as the space keeps it (length 1 under cosine), or says why it cannot be kept.</summary>
    public void Accept(ReadOnlySpan<float> vector, Span<float> kept, string parameter)
    {
        if (vector.Length != Dimension)
            throw new ArgumentException($"Expected a vector of {Dimension} components, as the index has; got {vector.Length}.", parameter);
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
