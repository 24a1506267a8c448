namespace Orrery.Statistics.Metrics;

/// <summary>
/// The variance of an AUC, its confidence interval, and the test of two AUCs on the same rows (DeLong, DeLong &amp; Clarke-Pearson 1988), by midranks in
/// O(n log n) (Sun &amp; Xu 2014). Rows are unweighted. Undefined (NaN) with fewer than two rows of either class or any NaN score. Thread-safe.
/// </summary>
public static class DeLong
{
    /// <summary>The variance of the AUC's estimate.</summary>
    public static double Variance(ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores)
    {
        var placements = Placements.Of(labels, scores);
        return Covariance(placements, placements);
    }

    /// <summary>Normal interval around the AUC, cut to [0, 1].</summary>
    public static Interval AucInterval(ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores, double confidence = 0.95)
    {
        Check.Probability(confidence);
        var placements = Placements.Of(labels, scores);
        var half = StandardNormal.Quantile(0.5 + confidence / 2) * Math.Sqrt(Covariance(placements, placements));
        return double.IsNaN(half)
            ? Interval.Undefined
            : new Interval(Math.Max(0, placements.Auc - half), Math.Min(1, placements.Auc + half));
    }

    /// <summary>
    /// Do two classifiers scored on the same rows differ in AUC? Statistic z, two-sided p-value; effect size AUC of the first minus the second.
    /// </summary>
    public static Comparison Compare(ReadOnlySpan<bool> labels, ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        var a = Placements.Of(labels, first);
        var b = Placements.Of(labels, second);
        var variance = Covariance(a, a) + Covariance(b, b) - 2 * Covariance(a, b);
        if (double.IsNaN(variance))
            return Comparison.Undefined;
        var difference = a.Auc - b.Auc;
        // Rankings without a discordant pair between them differ by nothing, without variance: rounding must not make a test of that.
        if (variance <= 1e-18)
            return new Comparison(difference == 0 ? 0 : double.PositiveInfinity * Math.Sign(difference), difference == 0 ? 1 : 0, difference);
        var z = difference / Math.Sqrt(variance);
        return new Comparison(z, Math.Min(1, 2 * StandardNormal.UpperTail(Math.Abs(z))), difference);
    }

    private static double Covariance(Placements a, Placements b) =>
        Covariance(a.OfPositives, b.OfPositives) / a.OfPositives.Length + Covariance(a.OfNegatives, b.OfNegatives) / a.OfNegatives.Length;

    private static double Covariance(double[] x, double[] y)
    {
        if (x.Length < 2)
            return double.NaN;
        var (meanX, meanY, sum) = (x.Average(), y.Average(), 0.0);
        for (var i = 0; i < x.Length; i++)
            sum += (x[i] - meanX) * (y[i] - meanY);
        return sum / (x.Length - 1);
    }

    /// <summary>Per positive the share of negatives below it, per negative the share of positives above it, ties one half; in row order.</summary>
    private sealed record Placements(double[] OfPositives, double[] OfNegatives)
    {
        public double Auc => OfPositives.Length == 0 ? double.NaN : OfPositives.Average();

        public static Placements Of(ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores)
        {
            Check.SameLength(labels.Length, scores.Length, nameof(scores));
            var (positives, negatives) = (new List<double>(), new List<double>());
            for (var i = 0; i < labels.Length; i++)
            {
                if (double.IsNaN(scores[i]))
                    return new Placements([], []);
                (labels[i] ? positives : negatives).Add(scores[i]);
            }

            double[] sortedPositives = [.. positives.Order()], sortedNegatives = [.. negatives.Order()];
            return new Placements(
                [.. positives.Select(s => ShareBelow(sortedNegatives, s))],
                [.. negatives.Select(s => 1 - ShareBelow(sortedPositives, s))]);
        }

        private static double ShareBelow(double[] sorted, double score) =>
            (LowerBound(sorted, score) + LowerBound(sorted, Math.BitIncrement(score))) / 2.0 / sorted.Length;

        private static int LowerBound(double[] sorted, double value)
        {
            var (low, high) = (0, sorted.Length);
            while (low < high)
            {
                var middle = (low + high) >>> 1;
                if (sorted[middle] < value)
                    low = middle + 1;
                else
                    high = middle;
            }

            return low;
        }
    }
}
