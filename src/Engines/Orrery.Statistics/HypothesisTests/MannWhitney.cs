namespace Orrery.Statistics.HypothesisTests;

/// <summary>
/// The two-sided Mann–Whitney U test: does one sample tend to larger values? The statistic is U of the first sample (pairs in which it is larger,
/// ties one half); the effect size is the rank-biserial correlation 2U/(n₁n₂) − 1, −1 to 1, positive where the first is larger. Thread-safe.
/// </summary>
/// <remarks>
/// <see cref="PValueMethod.Automatic"/> is exact without ties up to n₁·n₂ = 2,500, else the normal approximation with tie and continuity
/// correction (both as in SciPy).
/// </remarks>
public static class MannWhitney
{
    private const long MaxExactPairs = 2_500;

    /// <summary>Compares two samples; NaN is left out. O(n log n), exact O((n₁·n₂)²).</summary>
    /// <exception cref="ArgumentException">Exact was asked for and the samples hold ties.</exception>
    public static Comparison Compare(ReadOnlySpan<double> first, ReadOnlySpan<double> second, PValueMethod method = PValueMethod.Automatic)
    {
        var a = Sample.Sorted(first);
        var b = Sample.Sorted(second);
        var counts1 = new List<long>();
        var counts2 = new List<long>();
        for (int i = 0, j = 0; i < a.Length || j < b.Length;)
        {
            var value = j >= b.Length || (i < a.Length && a[i] < b[j]) ? a[i] : b[j];
            var (startI, startJ) = (i, j);
            while (i < a.Length && a[i] == value)
                i++;
            while (j < b.Length && b[j] == value)
                j++;
            counts1.Add(i - startI);
            counts2.Add(j - startJ);
        }

        return CompareOrderedCounts(counts1.ToArray(), counts2.ToArray(), method);
    }

    /// <summary>Compares counts of the same ordered cells; rows of one cell are ties. O(cells).</summary>
    public static Comparison CompareOrderedCounts(ReadOnlySpan<long> first, ReadOnlySpan<long> second, PValueMethod method = PValueMethod.Automatic)
    {
        var (n1, n2) = Counts.Totals(first, second);
        if (n1 == 0 || n2 == 0)
            return Comparison.Undefined;
        var u = 0.0;
        var ties = 0.0;
        var below = 0L;
        for (var cell = 0; cell < first.Length; cell++)
        {
            u += first[cell] * (below + second[cell] / 2.0);
            below += second[cell];
            var tied = (double)first[cell] + second[cell];
            ties += tied * tied * tied - tied;
        }

        var exact = method == PValueMethod.Exact || (method == PValueMethod.Automatic && ties == 0 && (Int128)n1 * n2 <= MaxExactPairs);
        if (exact && ties > 0)
            throw new ArgumentException("The exact Mann–Whitney distribution does not hold for tied values; use the asymptotic one.", nameof(method));
        var p = exact ? ExactTwoSided(u, (int)n1, (int)n2) : NormalTwoSided(u, n1, n2, ties);
        return new Comparison(u, p, 2 * u / ((double)n1 * n2) - 1);
    }

    private static double NormalTwoSided(double u, double n1, double n2, double ties)
    {
        var n = n1 + n2;
        var variance = n1 * n2 / 12 * (n + 1 - ties / (n * (n - 1)));
        if (!(variance > 0))
            return 1;
        var mean = n1 * n2 / 2;
        var z = (Math.Abs(u - mean) - 0.5) / Math.Sqrt(variance);
        return Math.Min(1, 2 * StandardNormal.UpperTail(z));
    }

    /// <summary>
    /// Twice the upper tail of U by Mann and Whitney's own recursion on who owns the largest value, in probabilities so that nothing overflows.
    /// </summary>
    private static double ExactTwoSided(double u, int n1, int n2)
    {
        // row[j][w] = P(U = w) for i of the first and j of the second
        var row = new double[n2 + 1][];
        for (var j = 0; j <= n2; j++)
            row[j] = [1];
        for (var i = 1; i <= n1; i++)
        {
            var next = new double[n2 + 1][];
            next[0] = [1];
            for (var j = 1; j <= n2; j++)
            {
                var cell = new double[i * j + 1];
                for (var w = 0; w < row[j].Length; w++)
                    cell[w + j] += row[j][w] * i / (i + j);
                for (var w = 0; w < next[j - 1].Length; w++)
                    cell[w] += next[j - 1][w] * j / (i + j);
                next[j] = cell;
            }

            row = next;
        }

        var extreme = Math.Max(u, (double)n1 * n2 - u);
        var tail = 0.0;
        for (var w = row[n2].Length - 1; w >= extreme; w--)
            tail += row[n2][w];
        return Math.Min(1, 2 * tail);
    }
}
