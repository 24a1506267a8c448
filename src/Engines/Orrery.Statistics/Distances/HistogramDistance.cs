using Orrery.Statistics.Histograms;

namespace Orrery.Statistics.Distances;

/// <summary>
/// Distances along the axis between two histograms over equal edges: rows are taken as spread evenly inside their bin, under- and overflow as lying on
/// the outermost edge, and missing rows as absent. So what happens beyond the edges is underestimated. O(bins), thread-safe.
/// </summary>
public static class HistogramDistance
{
    /// <summary>Wasserstein-1 distance, ∫ |F₁ − F₂|, in the unit of the values.</summary>
    public static double Wasserstein(Histogram first, Histogram second) => Integrate(first, second, AbsoluteArea);

    /// <summary>Energy distance, √(2 ∫ (F₁ − F₂)²).</summary>
    public static double Energy(Histogram first, Histogram second) => Math.Sqrt(2 * Integrate(first, second, SquaredArea));

    /// <summary>The standard deviation under the same assumptions; NaN when empty.</summary>
    internal static double StandardDeviation(Histogram histogram)
    {
        var edges = histogram.Edges.Values;
        var cells = histogram.OrderedCells;
        var count = (double)histogram.Count;
        if (count == 0)
            return double.NaN;
        var (mean, square) = (0.0, 0.0);
        for (var i = 0; i < cells.Length; i++)
        {
            var low = edges[Math.Max(0, i - 1)];
            var high = edges[Math.Min(i, edges.Length - 1)];
            mean += cells[i] / count * (low + high) / 2;
            // E[x²] of the uniform distribution on [low, high]
            square += cells[i] / count * (low * low + low * high + high * high) / 3;
        }

        return Math.Sqrt(Math.Max(0, square - mean * mean));
    }

    internal static void RequireEqualEdges(Histogram first, Histogram second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (!first.Edges.Equals(second.Edges))
            throw new ArgumentException("Only histograms over equal edges can be compared; build both from the reference window's edges.", nameof(second));
    }

    private static double Integrate(Histogram first, Histogram second, Func<double, double, double> areaOfUnitWidth)
    {
        RequireEqualEdges(first, second);
        if (first.Count == 0 || second.Count == 0)
            return double.NaN;
        var edges = first.Edges.Values;
        var a = first.OrderedCells;
        var b = second.OrderedCells;
        var (n1, n2) = ((double)first.Count, (double)second.Count);
        var gap = a[0] / n1 - b[0] / n2;
        var area = 0.0;
        for (var bin = 0; bin < edges.Length - 1; bin++)
        {
            var next = gap + a[bin + 1] / n1 - b[bin + 1] / n2;
            area += (edges[bin + 1] - edges[bin]) * areaOfUnitWidth(gap, next);
            gap = next;
        }

        return area;
    }

    // The gap of two piecewise linear distribution functions is linear inside a bin: from the left value to the right one, perhaps through 0.
    private static double AbsoluteArea(double left, double right) =>
        left * right >= 0
            ? (Math.Abs(left) + Math.Abs(right)) / 2
            : (left * left + right * right) / (2 * (Math.Abs(left) + Math.Abs(right)));

    private static double SquaredArea(double left, double right) => (left * left + left * right + right * right) / 3;
}
