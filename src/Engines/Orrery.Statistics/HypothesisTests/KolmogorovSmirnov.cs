namespace Orrery.Statistics.HypothesisTests;

/// <summary>
/// The two-sample, two-sided Kolmogorov–Smirnov test: are both samples from one continuous distribution? Statistic and effect size are
/// D = max |F₁ − F₂|, 0 to 1. Thread-safe.
/// </summary>
/// <remarks>
/// The exact p-value ignores ties, as SciPy's does, and is then conservative. <see cref="PValueMethod.Automatic"/> is exact up to
/// n₁·n₂ = 10⁷, then Kolmogorov's limit distribution at √(n₁n₂/(n₁+n₂))·D.
/// </remarks>
public static class KolmogorovSmirnov
{
    private const long MaxExactCells = 10_000_000;

    /// <summary>Compares two samples; NaN is left out. O(n log n) and the exact p-value's O(n₁·n₂).</summary>
    public static Comparison Compare(ReadOnlySpan<double> first, ReadOnlySpan<double> second, PValueMethod method = PValueMethod.Automatic)
    {
        var a = Sample.Sorted(first);
        var b = Sample.Sorted(second);
        if (a.Length == 0 || b.Length == 0)
            return Comparison.Undefined;

        // The gap |i/n₁ − j/n₂| is kept as the integer |i·n₂ − j·n₁|, so that no rounding decides an exact p-value.
        var widest = 0L;
        for (int i = 0, j = 0; i < a.Length && j < b.Length;)
        {
            var value = Math.Min(a[i], b[j]);
            while (i < a.Length && a[i] == value)
                i++;
            while (j < b.Length && b[j] == value)
                j++;
            widest = Math.Max(widest, Math.Abs((long)i * b.Length - (long)j * a.Length));
        }

        return Result((Int128)widest, a.Length, b.Length, method);
    }

    /// <summary>
    /// Compares counts of the same ordered cells, as of two histograms. D is taken at cell borders only, so it is at most the raw samples' D and
    /// the p-value at least theirs. O(cells) and the exact p-value's O(n₁·n₂).
    /// </summary>
    public static Comparison CompareOrderedCounts(ReadOnlySpan<long> first, ReadOnlySpan<long> second, PValueMethod method = PValueMethod.Automatic)
    {
        var (n1, n2) = Counts.Totals(first, second);
        if (n1 == 0 || n2 == 0)
            return Comparison.Undefined;
        var widest = (Int128)0;
        var (i, j) = (0L, 0L);
        for (var cell = 0; cell < first.Length; cell++)
        {
            i += first[cell];
            j += second[cell];
            widest = Int128.Max(widest, Int128.Abs((Int128)i * n2 - (Int128)j * n1));
        }

        return Result(widest, n1, n2, method);
    }

    private static Comparison Result(Int128 widest, long n1, long n2, PValueMethod method)
    {
        var d = (double)widest / ((double)n1 * n2);
        var exact = method == PValueMethod.Exact || (method == PValueMethod.Automatic && (Int128)n1 * n2 <= MaxExactCells);
        var p = exact
            ? ExactUpperTail((long)widest, checked((int)n1), checked((int)n2))
            : SpecialDistributions.KolmogorovUpperTail(d * Math.Sqrt((double)n1 * n2 / ((double)n1 + n2)));
        return new Comparison(d, Math.Clamp(p, 0, 1), d);
    }

    /// <summary>
    /// P(max |i·n₂ − j·n₁| ≥ widest) over all equally likely monotone paths from (0, 0) to (n₁, n₂) (Hodges 1958). The probability that a random path
    /// to (i, j) has touched the border is 1 on the border, else the mean of both predecessors', weighted by how often the last step comes from
    /// each. Working with the tail itself, rather than 1 minus the inside, keeps tiny p-values exact.
    /// </summary>
    private static double ExactUpperTail(long widest, int n1, int n2)
    {
        var touched = new double[n2 + 1];
        for (var i = 0; i <= n1; i++)
        {
            for (var j = 0; j <= n2; j++)
            {
                if (Math.Abs((long)i * n2 - (long)j * n1) >= widest)
                    touched[j] = 1;
                else if (j == 0)
                    touched[j] = i == 0 ? 0 : touched[j];
                else if (i == 0)
                    touched[j] = touched[j - 1];
                else
                    touched[j] = (i * touched[j] + j * touched[j - 1]) / (i + j);
            }
        }

        return touched[n2];
    }
}
