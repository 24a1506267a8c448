namespace Orrery.Vectors.Vamana;

/// <summary>What shapes a graph on disk.</summary>
public sealed record VamanaOptions
{
    /// <summary>Links of a point at most (the paper's R): 4 to 256, default 48. More cost disk and time to build, and give recall.</summary>
    public int MostLinks { get; init; } = 48;

    /// <summary>Candidates while a point is linked (the paper's L): at least the links, default 100.</summary>
    public int Breadth { get; init; } = 100;

    /// <summary>How much longer a way round may be before a link is kept (the paper's α): 1 to 2, default 1.2. More give longer links, and fewer reads a search.</summary>
    public float Detour { get; init; } = 1.2f;

    /// <summary>Bytes of the code that a point has in memory, each of one subspace: a divisor of the dimension, or null, the default, for the greatest up to a quarter of it.</summary>
    public int? Subspaces { get; init; }

    /// <summary>The order in which points are linked, and what codes begin with. The same seed and vectors give the same file.</summary>
    public ulong Seed { get; init; }

    internal void Validate()
    {
        if (MostLinks is < 4 or > 256)
            throw new ArgumentOutOfRangeException(nameof(MostLinks), MostLinks, "Expected 4 to 256 links.");
        ArgumentOutOfRangeException.ThrowIfLessThan(Breadth, MostLinks);
        if (!(Detour is >= 1 and <= 2))
            throw new ArgumentOutOfRangeException(nameof(Detour), Detour, "Expected a detour from 1 to 2.");
    }

    internal int SubspacesOf(int dimension) => Subspaces ?? Enumerable.Range(1, Math.Max(1, dimension / 4)).Last(subspaces => dimension % subspaces == 0);
}

/// <summary>How wide one search is, and what it may find.</summary>
public readonly record struct VamanaSearchOptions
{
    /// <summary>The defaults.</summary>
    public VamanaSearchOptions()
    {
    }

    /// <summary>Candidates to keep (the paper's L): at least 1, default 100; k at least are kept. About as many nodes are read from the disk.</summary>
    public int Breadth { get; init; } = 100;

    /// <summary>The points that may be found; all where it is null. Nobody may change it meanwhile.</summary>
    public IdSet? Allowed { get; init; }
}
