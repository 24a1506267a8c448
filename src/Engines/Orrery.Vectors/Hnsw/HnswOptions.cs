using Orrery.Vectors.Quantization;

namespace Orrery.Vectors.Hnsw;

/// <summary>What shapes a graph. More links and a wider search while building cost memory and time and give recall.</summary>
public sealed record HnswOptions
{
    /// <summary>Links of a point on each layer, twice as many on the lowest: 2–512, default 16. Data of high intrinsic dimension gains from 32–64.</summary>
    public int M { get; init; } = 16;

    /// <summary>How many candidates are looked at to find a new point's neighbours: at least 1, default 200.</summary>
    public int EfConstruction { get; init; } = 200;

    /// <summary>Points that fit before memory is copied for the first time: default 1,024.</summary>
    public int Capacity { get; init; } = 1024;

    /// <summary>Draws the layers of points. The same seed and insertions by one thread give the same graph.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// Ranks by int8 codes while the graph is built and walked, and compares what was found by the vectors: a search reads a quarter of the memory, which also holds
    /// the codes beside the vectors. None by default. Train it on vectors as the index keeps them: of length 1 under cosine. Not under Hamming.
    /// </summary>
    public ScalarQuantizer? Quantizer { get; init; }

    internal void Validate()
    {
        if (M is < 2 or > 512)
            throw new ArgumentOutOfRangeException(nameof(M), M, "Expected 2 to 512 links.");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(EfConstruction);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Capacity);
    }
}
