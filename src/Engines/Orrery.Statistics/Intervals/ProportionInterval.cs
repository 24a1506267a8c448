using MathNet.Numerics.Distributions;

namespace Orrery.Statistics.Intervals;

/// <summary>Confidence intervals of a proportion. Without trials: undefined. O(1), thread-safe.</summary>
public static class ProportionInterval
{
    /// <summary>
    /// Wilson's score interval (1927): good coverage at any size, inside [0, 1]. Weighted rows may be given as fractional counts.
    /// </summary>
    public static Interval Wilson(double successes, double trials, double confidence = 0.95)
    {
        CheckCounts(successes, trials, confidence);
        if (trials == 0)
            return Interval.Undefined;
        var z = StandardNormal.Quantile(0.5 + confidence / 2);
        var z2 = z * z;
        var middle = (successes + z2 / 2) / (trials + z2);
        var half = z / (trials + z2) * Math.Sqrt(successes * (trials - successes) / trials + z2 / 4);
        return new Interval(successes == 0 ? 0 : Math.Max(0, middle - half), successes == trials ? 1 : Math.Min(1, middle + half));
    }

    /// <summary>Clopper and Pearson's exact interval (1934): covers at least as often as promised, wider than Wilson's.</summary>
    public static Interval ClopperPearson(long successes, long trials, double confidence = 0.95)
    {
        CheckCounts(successes, trials, confidence);
        if (trials == 0)
            return Interval.Undefined;
        var tail = (1 - confidence) / 2;
        return new Interval(
            successes == 0 ? 0 : Beta.InvCDF(successes, trials - successes + 1, tail),
            successes == trials ? 1 : Beta.InvCDF(successes + 1, trials - successes, 1 - tail));
    }

    private static void CheckCounts(double successes, double trials, double confidence)
    {
        Check.Probability(confidence);
        Check.NotNegative(trials);
        if (!(successes >= 0 && successes <= trials))
            throw new ArgumentOutOfRangeException(nameof(successes), successes, $"Expected 0 to {trials}, the number of trials.");
    }
}
