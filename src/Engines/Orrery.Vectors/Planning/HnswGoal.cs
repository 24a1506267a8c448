namespace Orrery.Vectors.Planning;

/// <summary>What an index is to reach, and over how much.</summary>
public sealed record HnswGoal
{
    /// <summary>Points that the index will hold.</summary>
    public required long Count { get; init; }

    /// <summary>The share of the true neighbours that searches are to find: above 0, below 1, default 0.95.</summary>
    public double Recall { get; init; } = 0.95;

    /// <summary>Neighbours of a search: at least 1, default 10.</summary>
    public int K { get; init; } = 10;

    /// <summary>Memory that the index may take; null: what it needs.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>Vectors of the sample that are kept apart as queries: at least 1, default 300, a fifth of the sample at most.</summary>
    public int Queries { get; init; } = 300;

    /// <summary>Draws the layers of the graphs that are tried.</summary>
    public ulong Seed { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(K);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Queries);
        if (!(Recall is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(Recall), Recall, "Expected a recall above 0 and below 1; an exact search is FlatIndex's.");
    }
}
