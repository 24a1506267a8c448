namespace Orrery.Vectors.Lsh;

/// <summary>What shapes an index of hashes.</summary>
public sealed record LshOptions
{
    /// <summary>Tables: more cost memory and give recall. At least 1, default 16.</summary>
    public int Tables { get; init; } = 16;

    /// <summary>Hashes of a table: more make its buckets smaller. 1 to 64, default 12; about log₂ of the points under cosine.</summary>
    public int Hashes { get; init; } = 12;

    /// <summary>Under Euclid, the width of a bucket: about the distance to the neighbours that are looked for. Above 0, default 1.</summary>
    public double Width { get; init; } = 1;

    /// <summary>Draws the hashes.</summary>
    public ulong Seed { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Tables);
        if (Hashes is < 1 or > 64)
            throw new ArgumentOutOfRangeException(nameof(Hashes), Hashes, "Expected 1 to 64 hashes.");
        if (!(Width > 0) || !double.IsFinite(Width))
            throw new ArgumentOutOfRangeException(nameof(Width), Width, "Expected a width above 0 and finite.");
    }
}
