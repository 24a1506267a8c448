namespace Orrery.Statistics.Histograms;

/// <summary>
/// The fixed edges of a histogram: at least two, finite, strictly ascending. Equal by content, so that two histograms can tell whether
/// they may be merged or compared. Immutable and thread-safe.
/// </summary>
public sealed class HistogramEdges : IEquatable<HistogramEdges>
{
    private readonly double[] _edges;

    /// <summary>Edges as given.</summary>
    /// <exception cref="ArgumentException">Fewer than two, not finite, or not strictly ascending.</exception>
    public HistogramEdges(params ReadOnlySpan<double> edges)
    {
        if (edges.Length < 2)
            throw new ArgumentException($"A histogram needs at least two edges; got {edges.Length}.", nameof(edges));
        for (var i = 0; i < edges.Length; i++)
            if (!double.IsFinite(edges[i]) || (i > 0 && edges[i] <= edges[i - 1]))
                throw new ArgumentException($"Edges must be finite and strictly ascending; edge {i} is {edges[i]}.", nameof(edges));
        _edges = edges.ToArray();
    }

    /// <summary>The edges, ascending.</summary>
    public ReadOnlySpan<double> Values => _edges;

    /// <summary>Bins between the edges: one fewer than edges.</summary>
    public int BinCount => _edges.Length - 1;

    /// <summary>Bins of equal width over [<paramref name="minimum"/>, <paramref name="maximum"/>].</summary>
    public static HistogramEdges Uniform(double minimum, double maximum, int bins)
    {
        Check.AtLeast(1, bins);
        var edges = new double[bins + 1];
        for (var i = 0; i <= bins; i++)
            edges[i] = minimum + (maximum - minimum) * ((double)i / bins);
        edges[bins] = maximum;
        return new HistogramEdges(edges);
    }

    /// <summary>
    /// Bins that hold about equally many of the sample's finite values: the usual binning for PSI. Quantiles interpolate linearly (Hyndman &amp; Fan
    /// type 7, NumPy's default); edges that coincide are kept once, so a value that fills several bins yields fewer of them. O(n log n).
    /// </summary>
    /// <exception cref="ArgumentException">The sample has no finite value.</exception>
    public static HistogramEdges Quantiles(ReadOnlySpan<double> sample, int bins)
    {
        Check.AtLeast(1, bins);
        var sorted = Sample.SortedFinite(sample);
        if (sorted.Length == 0)
            throw new ArgumentException("Expected at least one finite value to take quantiles of; got none.", nameof(sample));
        var edges = new List<double>(bins + 1);
        for (var i = 0; i <= bins; i++)
        {
            var edge = Quantile.OfSorted(sorted, (double)i / bins);
            if (edges.Count == 0 || edge > edges[^1])
                edges.Add(edge);
        }

        // A constant sample has one edge: the narrowest bin that holds it.
        if (edges.Count == 1)
            edges.Add(Math.BitIncrement(edges[0]));
        return new HistogramEdges(edges.ToArray());
    }

    /// <summary>
    /// The bin of a finite value inside the edges: [edge i, edge i + 1), the last bin closed. −1 below the first edge, <see cref="BinCount"/>
    /// above the last. O(log bins).
    /// </summary>
    public int BinOf(double value)
    {
        if (value == _edges[^1])
            return BinCount - 1;
        var found = Array.BinarySearch(_edges, value);
        return found >= 0 ? found : ~found - 1;
    }

    /// <inheritdoc/>
    public bool Equals(HistogramEdges? other) => other is not null && _edges.AsSpan().SequenceEqual(other._edges);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as HistogramEdges);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_edges.Length, _edges[0], _edges[^1]);
}
