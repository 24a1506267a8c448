namespace Orrery.Statistics.Distances;

/// <summary>
/// Distances between two discrete distributions given as counts over the same cells (categories or bins). Counts need not sum to 1. Cells that are
/// empty on both sides are left out; NaN where a side has no row at all. O(cells), thread-safe.
/// </summary>
/// <remarks>
/// Population stability and Kullback–Leibler take logarithms of ratios, so an empty cell would make them infinite: they add <c>smoothing</c>
/// pseudo-rows to every cell of both sides first (one half: Jeffreys' prior). The other distances need no smoothing.
/// </remarks>
public static class DiscreteDistance
{
    /// <summary>Pseudo-rows per cell where logarithms of ratios are taken.</summary>
    public const double DefaultSmoothing = 0.5;

    /// <summary>
    /// Population stability index, Σ (p − q) ln(p / q): Jeffreys' divergence, 0 to ∞. Credit scoring's custom calls less than 0.1 stable and more
    /// than 0.25 a shift, for ten quantile bins.
    /// </summary>
    public static double PopulationStability(ReadOnlySpan<long> reference, ReadOnlySpan<long> current, double smoothing = DefaultSmoothing) =>
        Sum(reference, current, smoothing, static (p, q) => p == q ? 0 : (p - q) * Math.Log(p / q));

    /// <summary>Kullback–Leibler divergence of <paramref name="current"/> from <paramref name="reference"/>, Σ q ln(q / p), in nats, 0 to ∞.</summary>
    public static double KullbackLeibler(ReadOnlySpan<long> reference, ReadOnlySpan<long> current, double smoothing = DefaultSmoothing) =>
        Math.Max(0, Sum(reference, current, smoothing, static (p, q) => q == 0 ? 0 : q * Math.Log(q / p)));

    /// <summary>Jensen–Shannon distance: the root of the divergence in bits, a metric, 0 to 1.</summary>
    public static double JensenShannon(ReadOnlySpan<long> reference, ReadOnlySpan<long> current) =>
        Math.Sqrt(Math.Clamp(Sum(reference, current, 0, static (p, q) => (Bits(p, (p + q) / 2) + Bits(q, (p + q) / 2)) / 2), 0, 1));

    /// <summary>Hellinger distance, √(½ Σ (√p − √q)²), a metric, 0 to 1.</summary>
    public static double Hellinger(ReadOnlySpan<long> reference, ReadOnlySpan<long> current) =>
        Math.Sqrt(Math.Min(1, Sum(reference, current, 0, static (p, q) => 0.5 * Square(Math.Sqrt(p) - Math.Sqrt(q)))));

    /// <summary>Total variation, ½ Σ |p − q|, a metric, 0 to 1: the share of rows that would have to change cell.</summary>
    public static double TotalVariation(ReadOnlySpan<long> reference, ReadOnlySpan<long> current) =>
        Math.Min(1, Sum(reference, current, 0, static (p, q) => 0.5 * Math.Abs(p - q)));

    private static double Bits(double p, double middle) => p == 0 ? 0 : p * Math.Log2(p / middle);

    private static double Square(double x) => x * x;

    private static double Sum(ReadOnlySpan<long> reference, ReadOnlySpan<long> current, double smoothing, Func<double, double, double> term)
    {
        Check.NotNegative(smoothing);
        var (n1, n2) = HypothesisTests.Counts.Totals(reference, current);
        if (n1 == 0 || n2 == 0)
            return double.NaN;
        var used = 0;
        for (var i = 0; i < reference.Length; i++)
            used += reference[i] + current[i] > 0 ? 1 : 0;
        var sum = 0.0;
        for (var i = 0; i < reference.Length; i++)
            if (reference[i] + current[i] > 0)
                sum += term((reference[i] + smoothing) / (n1 + used * smoothing), (current[i] + smoothing) / (n2 + used * smoothing));
        return sum;
    }
}
