namespace Orrery.Vectors.Hnsw;

/// <summary>How wide one search is, and what it may find.</summary>
public readonly record struct HnswSearchOptions
{
    /// <summary>The defaults.</summary>
    public HnswSearchOptions()
    {
    }

    /// <summary>How many candidates to keep: more cost time and give recall. At least 1, default 100; at least k are kept.</summary>
    public int Ef { get; init; } = 100;

    /// <summary>
    /// In an index with a quantizer, how many times k of the nearest by code are compared by their vectors: at least 1, default 3, never more than ef. Without a quantizer
    /// it means nothing.
    /// </summary>
    public double Oversampling { get; init; } = 3;

    /// <summary>Compares with every point that may be found, by its vector, whatever it costs.</summary>
    public bool Exact { get; init; }

    /// <summary>The points that may be found; all where it is null. Nobody may change it meanwhile.</summary>
    public IdSet? Allowed { get; init; }

    /// <summary>Says by id which points may be found, in addition; may be asked several times for one.</summary>
    public Predicate<long>? Filter { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Ef);
        if (!(Oversampling >= 1))
            throw new ArgumentOutOfRangeException(nameof(Oversampling), Oversampling, "Expected an oversampling of at least 1.");
    }
}
