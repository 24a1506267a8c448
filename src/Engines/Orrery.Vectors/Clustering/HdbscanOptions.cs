namespace Orrery.Vectors.Clustering;

/// <summary>Which clusters of a hierarchy are taken.</summary>
public enum ClusterSelection
{
    /// <summary>Those that last longest while the density rises (excess of mass): few, of different sizes.</summary>
    ExcessOfMass,

    /// <summary>Those that fall apart no further: many, small and alike.</summary>
    Leaves,
}

/// <summary>How HDBSCAN finds clusters.</summary>
public sealed record HdbscanOptions
{
    /// <summary>Fewer vectors are no cluster: at least 2, default 5.</summary>
    public int LeastClusterSize { get; init; } = 5;

    /// <summary>How many vectors, itself among them, say how dense it is around one: at least 1; null, the default, takes <see cref="LeastClusterSize"/>. More make more of it noise.</summary>
    public int? LeastNeighbors { get; init; }

    /// <summary>Which clusters are taken. Default: excess of mass.</summary>
    public ClusterSelection Selection { get; init; }

    /// <summary>Whether all may be one cluster. Default: no.</summary>
    public bool AllowsOneCluster { get; init; }

    internal int Neighbors => LeastNeighbors ?? LeastClusterSize;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(LeastClusterSize, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(Neighbors, 1, nameof(LeastNeighbors));
        if (!Enum.IsDefined(Selection))
            throw new ArgumentOutOfRangeException(nameof(Selection), Selection, "Expected one of the named selections.");
    }
}
