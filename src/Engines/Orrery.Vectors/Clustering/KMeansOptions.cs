namespace Orrery.Vectors.Clustering;

/// <summary>How clusters are found.</summary>
public sealed record KMeansOptions
{
    /// <summary>How many: at least 1.</summary>
    public required int Clusters { get; init; }

    /// <summary>Passes at most over all vectors, or batches: at least 1, default 25.</summary>
    public int Iterations { get; init; } = 25;

    /// <summary>Vectors of a batch (mini-batch k-means); 0, the default, takes all in every pass.</summary>
    public int BatchSize { get; init; }

    /// <summary>Ends when a pass lowers the inertia by a smaller part: at least 0, default 1e-4. Batches run all iterations.</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>The same seed and vectors give the same clusters.</summary>
    public ulong Seed { get; init; }

    internal void Validate(int vectors)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Clusters);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Iterations);
        ArgumentOutOfRangeException.ThrowIfNegative(BatchSize);
        ArgumentOutOfRangeException.ThrowIfNegative(Tolerance);
        if (vectors < Clusters)
            throw new ArgumentException($"Expected at least one vector for each of {Clusters} clusters; got {vectors}. Ask for fewer clusters.");
    }
}
