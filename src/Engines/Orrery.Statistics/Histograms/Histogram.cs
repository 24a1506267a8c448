namespace Orrery.Statistics.Histograms;

/// <summary>
/// Counts of a numeric column over fixed edges, with cells for what lies below, above, or is missing: what a monitor keeps of a window.
/// Two histograms over equal edges merge by addition, so windows of any length are sums of short ones. Not thread-safe.
/// </summary>
public sealed class Histogram
{
    // cells: [underflow, bin 0 … bin n−1, overflow, missing]
    private readonly long[] _cells;

    /// <summary>An empty histogram.</summary>
    public Histogram(HistogramEdges edges)
    {
        ArgumentNullException.ThrowIfNull(edges);
        Edges = edges;
        _cells = new long[edges.BinCount + 3];
    }

    private Histogram(HistogramEdges edges, long[] cells) => (Edges, _cells) = (edges, cells);

    /// <summary>Where the bins begin and end.</summary>
    public HistogramEdges Edges { get; }

    /// <summary>Rows per bin, in the edges' order.</summary>
    public ReadOnlySpan<long> Bins => _cells.AsSpan(1, Edges.BinCount);

    /// <summary>Every cell that has a place on the axis: underflow, the bins, overflow.</summary>
    public ReadOnlySpan<long> OrderedCells => _cells.AsSpan(0, Edges.BinCount + 2);

    /// <summary>Every cell: underflow, the bins, overflow, missing.</summary>
    public ReadOnlySpan<long> Cells => _cells;

    /// <summary>Rows below the first edge.</summary>
    public long Underflow => _cells[0];

    /// <summary>Rows above the last edge.</summary>
    public long Overflow => _cells[^2];

    /// <summary>Rows that are NaN.</summary>
    public long Missing => _cells[^1];

    /// <summary>Rows with a value.</summary>
    public long Count => Total - Missing;

    /// <summary>All rows, missing ones too.</summary>
    public long Total
    {
        get
        {
            var total = 0L;
            foreach (var cell in _cells)
                total += cell;
            return total;
        }
    }

    /// <summary>A histogram of the values. O(n log bins).</summary>
    public static Histogram Of(ReadOnlySpan<double> values, HistogramEdges edges)
    {
        var histogram = new Histogram(edges);
        histogram.AddRange(values);
        return histogram;
    }

    /// <summary>A histogram from what <see cref="Cells"/> gave, as after a round trip through a store.</summary>
    /// <exception cref="ArgumentException">Not as many cells as the edges ask for, or a negative one.</exception>
    public static Histogram FromCells(HistogramEdges edges, ReadOnlySpan<long> cells)
    {
        ArgumentNullException.ThrowIfNull(edges);
        if (cells.Length != edges.BinCount + 3)
            throw new ArgumentException($"Expected {edges.BinCount + 3} cells (underflow, {edges.BinCount} bins, overflow, missing); got {cells.Length}.", nameof(cells));
        foreach (var cell in cells)
            ArgumentOutOfRangeException.ThrowIfNegative(cell, nameof(cells));
        return new Histogram(edges, cells.ToArray());
    }

    /// <summary>Counts one value; NaN is missing, the infinities are under- and overflow. O(log bins).</summary>
    public void Add(double value, long times = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(times);
        _cells[double.IsNaN(value) ? _cells.Length - 1 : Edges.BinOf(value) + 1] += times;
    }

    /// <summary>Counts every value.</summary>
    public void AddRange(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
            Add(value);
    }

    /// <summary>Adds the other's counts to this one's.</summary>
    /// <exception cref="ArgumentException">Its edges differ.</exception>
    public void Merge(Histogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!Edges.Equals(other.Edges))
            throw new ArgumentException("Only histograms over equal edges can be merged; build both from the reference window's edges.", nameof(other));
        for (var i = 0; i < _cells.Length; i++)
            _cells[i] += other._cells[i];
    }
}
