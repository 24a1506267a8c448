namespace Orrery.Statistics.Power;

/// <summary>
/// How many rows a two-sided comparison of two groups needs, and how likely it is to see a difference. Normal approximation; for means it asks for one or
/// two rows less than the t-test's exact power. O(1), thread-safe.
/// </summary>
public static class TwoSamplePower
{
    /// <summary>Chance to reject equal means when they differ by <paramref name="difference"/>.</summary>
    public static double OfMeans(double difference, double standardDeviation, double firstRows, double secondRows, double alpha = 0.05) =>
        Power(difference, Error(Check.Positive(standardDeviation), standardDeviation, firstRows, secondRows), null, alpha);

    /// <summary>Chance to reject equal proportions (pooled z-test) when they are these.</summary>
    public static double OfProportions(double first, double second, double firstRows, double secondRows, double alpha = 0.05)
    {
        Check.Probability(first);
        Check.Probability(second);
        var pooled = (first * firstRows + second * secondRows) / (firstRows + secondRows);
        return Power(second - first, Error(Deviation(first), Deviation(second), firstRows, secondRows),
            Error(Deviation(pooled), Deviation(pooled), firstRows, secondRows), alpha);
    }

    /// <summary>Rows in each of two equal groups so that a difference of means is seen with the wanted power.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No difference: no number of rows would do.</exception>
    public static long RowsForMeans(double difference, double standardDeviation, double power = 0.8, double alpha = 0.05)
    {
        Check.Positive(Math.Abs(difference), nameof(difference));
        return Smallest(rows => OfMeans(difference, standardDeviation, rows, rows, alpha), power);
    }

    /// <summary>Rows in each of two equal groups so that a difference of proportions is seen with the wanted power.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The proportions are equal: no number of rows would do.</exception>
    public static long RowsForProportions(double first, double second, double power = 0.8, double alpha = 0.05)
    {
        Check.Positive(Math.Abs(second - first), nameof(second));
        return Smallest(rows => OfProportions(first, second, rows, rows, alpha), power);
    }

    private static double Deviation(double proportion) => Math.Sqrt(proportion * (1 - proportion));

    private static double Error(double deviation1, double deviation2, double rows1, double rows2) =>
        Math.Sqrt(deviation1 * deviation1 / Check.Positive(rows1, "firstRows") + deviation2 * deviation2 / Check.Positive(rows2, "secondRows"));

    // errorUnderNull decides where the test rejects; it is the same as the true error unless variance depends on the mean.
    private static double Power(double difference, double error, double? errorUnderNull, double alpha)
    {
        var critical = StandardNormal.Quantile(1 - Check.Probability(alpha) / 2) * (errorUnderNull ?? error);
        return StandardNormal.UpperTail((critical - difference) / error)
            + StandardNormal.UpperTail((critical + difference) / error);
    }

    private static long Smallest(Func<double, double> powerOfRows, double power)
    {
        Check.Probability(power);
        var (low, high) = (1L, 2L);
        while (powerOfRows(high) < power)
        {
            if (high > long.MaxValue / 4)
                throw new ArgumentOutOfRangeException(nameof(power), power, "The difference is too small for any number of rows.");
            (low, high) = (high, high * 2);
        }

        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (powerOfRows(middle) >= power)
                high = middle;
            else
                low = middle + 1;
        }

        return high;
    }
}
