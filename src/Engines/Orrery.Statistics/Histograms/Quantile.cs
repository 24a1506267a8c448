namespace Orrery.Statistics.Histograms;

/// <summary>Exact quantiles of a sample that is at hand; for streams see <see cref="Sketches.QuantileSketch"/>.</summary>
public static class Quantile
{
    /// <summary>
    /// The quantile with linear interpolation (Hyndman &amp; Fan type 7, NumPy's default). NaN for an empty sample. O(1).
    /// </summary>
    /// <param name="sorted">Ascending, without NaN.</param>
    /// <param name="probability">0 to 1.</param>
    public static double OfSorted(ReadOnlySpan<double> sorted, double probability)
    {
        if (!(probability is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "Expected 0 to 1.");
        if (sorted.IsEmpty)
            return double.NaN;
        var position = probability * (sorted.Length - 1);
        var below = (int)position;
        return below + 1 >= sorted.Length ? sorted[^1] : Between(sorted[below], sorted[below + 1], position - below);
    }

    // Two equal infinities must give that infinity, not NaN.
    private static double Between(double low, double high, double share) => low == high ? low : low + share * (high - low);
}
