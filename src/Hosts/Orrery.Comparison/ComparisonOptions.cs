namespace Orrery.Comparison;

/// <summary>How systems are compared. All get the same graph parameters, so that what differs is the systems.</summary>
public sealed record ComparisonOptions
{
    /// <summary>Neighbours that each query asks for.</summary>
    public int K { get; init; } = 10;

    /// <summary>Queries: points of the collection that are kept apart and loaded nowhere.</summary>
    public int Queries { get; init; } = 1_000;

    /// <summary>Points that are loaded, drawn by the seed; fewer where the collection has fewer.</summary>
    public int MaxPoints { get; init; } = 1_000_000;

    /// <summary>Links of a point in the graph.</summary>
    public int M { get; init; } = 16;

    /// <summary>Candidates while a point is linked.</summary>
    public int EfConstruction { get; init; } = 200;

    /// <summary>Candidates while a query walks: one measurement each.</summary>
    public IReadOnlyList<int> Efs { get; init; } = [16, 32, 64, 128, 256];

    /// <summary>Connections at a time, for the rate.</summary>
    public int Connections { get; init; } = 8;

    /// <summary>Which points are queries.</summary>
    public ulong Seed { get; init; } = 1;
}
