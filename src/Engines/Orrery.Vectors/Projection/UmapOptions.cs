namespace Orrery.Vectors.Projection;

/// <summary>How a map is drawn.</summary>
public sealed record UmapOptions
{
    /// <summary>Components of a place on the map: at least 1, default 2.</summary>
    public int Components { get; init; } = 2;

    /// <summary>Neighbours that each vector is held near to, itself among them: at least 2, default 15. Few show detail, many the whole.</summary>
    public int Neighbors { get; init; } = 15;

    /// <summary>How near places come at least: 0 to <see cref="Spread"/>, default 0.1. Small ones pack clusters tightly.</summary>
    public double LeastDistance { get; init; } = 0.1;

    /// <summary>How far apart clumps are, in units of the map: above 0, default 1.</summary>
    public double Spread { get; init; } = 1;

    /// <summary>Passes over all edges: at least 1; null, the default, takes 500 for up to 10,000 vectors and 200 above.</summary>
    public int? Epochs { get; init; }

    /// <summary>Vectors pushed away for each one pulled near: at least 1, default 5.</summary>
    public int NegativeSamples { get; init; } = 5;

    /// <summary>The same seed and vectors give the same map on machines with the same vector width.</summary>
    public ulong Seed { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Components);
        ArgumentOutOfRangeException.ThrowIfLessThan(Neighbors, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs ?? 1, 1, nameof(Epochs));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(NegativeSamples);
        if (!(Spread > 0) || !double.IsFinite(Spread))
            throw new ArgumentOutOfRangeException(nameof(Spread), Spread, "Expected a spread above 0 and finite.");
        if (!(LeastDistance >= 0 && LeastDistance <= Spread))
            throw new ArgumentOutOfRangeException(nameof(LeastDistance), LeastDistance, "Expected a least distance from 0 to the spread.");
    }
}
