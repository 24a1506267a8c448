namespace Orrery.Vectors.Vamana;

/// <summary>
/// Where a node lies in its section: its vector, the number of its links, and its links together, so that one read gives all (arXiv, Subramanya et al., NeurIPS 2019, section 3.2). No node lies across two
/// pages that could lie in one.
/// </summary>
internal readonly struct NodeLayout
{
    public const int Page = 4096;

    private const int CacheLine = 64;

    private readonly int _perPage;

    public NodeLayout(int dimension, int mostLinks)
    {
        (Dimension, MostLinks) = (dimension, mostLinks);
        UsedBytes = checked((dimension + 1 + mostLinks) * sizeof(float));
        var padded = (UsedBytes + CacheLine - 1) & -CacheLine;
        Bytes = padded <= Page ? padded : (UsedBytes + Page - 1) & -Page;
        _perPage = Page / Bytes;
    }

    public int Dimension { get; }

    public int MostLinks { get; }

    /// <summary>From one node to the next on a page.</summary>
    public int Bytes { get; }

    /// <summary>Of these, what is written.</summary>
    public int UsedBytes { get; }

    /// <summary>Whole pages.</summary>
    public long SectionBytes(int nodes) => _perPage == 0 ? (long)nodes * Bytes : ((long)nodes + _perPage - 1) / _perPage * Page;

    public long Offset(int node) => _perPage == 0 ? (long)node * Bytes : ((long)node / _perPage * Page) + (node % _perPage * Bytes);

    /// <summary>The first node that begins at or after an offset that is a multiple of a page.</summary>
    public int FirstAt(long offset) => (int)(_perPage == 0 ? (offset + Bytes - 1) / Bytes : offset / Page * _perPage);
}
