namespace Orrery.Statistics.HypothesisTests;

/// <summary>
/// Are two tables of counts over the same categories samples of one distribution? Pearson's chi-square and the likelihood-ratio (G) test of
/// homogeneity. The effect size is Cramér's V, 0 to 1. Cells that are empty on both sides are left out; no continuity correction. Thread-safe, O(cells).
/// </summary>
/// <remarks>Both p-values are asymptotic: with expected counts below about 5, join rare categories first.</remarks>
public static class ContingencyTest
{
    /// <summary>Pearson's chi-square, Σ (observed − expected)² / expected.</summary>
    public static Comparison ChiSquare(ReadOnlySpan<long> first, ReadOnlySpan<long> second) =>
        Run(first, second, static (observed, expected) => (observed - expected) * (observed - expected) / expected);

    /// <summary>The G-test, 2 Σ observed · ln(observed / expected).</summary>
    public static Comparison GTest(ReadOnlySpan<long> first, ReadOnlySpan<long> second) =>
        Run(first, second, static (observed, expected) => observed == 0 ? 0 : 2 * observed * Math.Log(observed / expected));

    private static Comparison Run(ReadOnlySpan<long> first, ReadOnlySpan<long> second, Func<double, double, double> term)
    {
        var (n1, n2) = Counts.Totals(first, second);
        if (n1 == 0 || n2 == 0)
            return Comparison.Undefined;
        var total = (double)n1 + n2;
        var (statistic, used) = (0.0, 0);
        for (var cell = 0; cell < first.Length; cell++)
        {
            var rows = (double)first[cell] + second[cell];
            if (rows == 0)
                continue;
            used++;
            statistic += term(first[cell], rows * n1 / total) + term(second[cell], rows * n2 / total);
        }

        statistic = Math.Max(0, statistic);
        var p = used < 2 ? 1 : SpecialDistributions.ChiSquareUpperTail(statistic, used - 1);
        return new Comparison(statistic, p, Math.Min(1, Math.Sqrt(statistic / total)));
    }
}
