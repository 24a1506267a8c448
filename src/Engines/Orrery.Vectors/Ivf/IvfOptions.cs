namespace Orrery.Vectors.Ivf;

/// <summary>What shapes an inverted file.</summary>
public sealed record IvfOptions
{
    /// <summary>Lists that the points are shared out to: at least 1, default 1,024. About 4·√n to 16·√n for n points.</summary>
    public int Lists { get; init; } = 1024;

    /// <summary>
    /// Subspaces of a product quantizer, whose codes rank the points of a list before the best are compared by their vectors: a divisor of the
    /// dimension, at most 256. 0, the default, compares all by their vectors.
    /// </summary>
    public int Subspaces { get; init; }

    /// <summary>Bits of a code: 4, the default, of which 64 are looked up in one instruction, or 8, which err less and take some ten times as long.</summary>
    public int CodeBits { get; init; } = 4;

    /// <summary>Whether codes are of rotated offsets (OPQ: <see cref="Quantization.ProductQuantizer.TrainOptimized"/>). Default: no.</summary>
    public bool RotatesCodes { get; init; }

    /// <summary>Draws what k-means begins with. The same seed and sample give the same lists.</summary>
    public ulong Seed { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Lists);
        if (Subspaces is < 0 or > 256)
            throw new ArgumentOutOfRangeException(nameof(Subspaces), Subspaces, "Expected 0 to 256 subspaces.");
        if (CodeBits is not 4 and not 8)
            throw new ArgumentOutOfRangeException(nameof(CodeBits), CodeBits, "Expected codes of 4 or 8 bits.");
    }
}

/// <summary>How wide one search is, and what it may find.</summary>
public readonly record struct IvfSearchOptions
{
    /// <summary>The defaults.</summary>
    public IvfSearchOptions()
    {
    }

    /// <summary>Lists to look into, nearest first: at least 1, default 16. More cost time and give recall.</summary>
    public int Probes { get; init; } = 16;

    /// <summary>With subspaces, how many times k of the best by code are compared by their vectors: at least 1, default 10.</summary>
    public double Oversampling { get; init; } = 10;

    /// <summary>The points that may be found; all where it is null. Nobody may change it meanwhile.</summary>
    public IdSet? Allowed { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Probes);
        if (!(Oversampling >= 1))
            throw new ArgumentOutOfRangeException(nameof(Oversampling), Oversampling, "Expected an oversampling of at least 1.");
    }
}
