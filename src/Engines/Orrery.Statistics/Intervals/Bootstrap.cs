using Orrery.Statistics.Histograms;

namespace Orrery.Statistics.Intervals;

/// <summary>A statistic of the rows with these numbers; a number may come several times. NaN where it is undefined for them.</summary>
public delegate double RowStatistic(ReadOnlySpan<int> rows);

/// <summary>How a bootstrap is run.</summary>
public sealed record BootstrapOptions
{
    /// <summary>Share of intervals that cover the truth; default 0.95.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>Resamples, 100 or more; default 2,000, where a percentile's own error is about a tenth of the interval's width.</summary>
    public int Resamples { get; init; } = 2000;

    /// <summary>The same seed gives the same interval.</summary>
    public ulong Seed { get; init; }
}

/// <summary>
/// Percentile bootstrap (Efron 1979): the interval of any statistic of rows that are independent. O(resamples × rows) and as many calls of the statistic.
/// Thread-safe where the statistic is.
/// </summary>
public static class Bootstrap
{
    /// <summary>The interval; resamples without a defined statistic are left out, undefined where half or more are or where there are no rows.</summary>
    public static Interval Percentile(int rows, RowStatistic statistic, BootstrapOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(statistic);
        Check.AtLeast(0, rows);
        options ??= new BootstrapOptions();
        Check.Probability(options.Confidence);
        Check.AtLeast(100, options.Resamples);
        if (rows == 0)
            return Interval.Undefined;
        var random = new SeededRandom(options.Seed);
        var drawn = new int[rows];
        var values = new double[options.Resamples];
        for (var resample = 0; resample < values.Length; resample++)
        {
            for (var i = 0; i < drawn.Length; i++)
                drawn[i] = random.NextInt(rows);
            values[resample] = statistic(drawn);
        }

        var sorted = Sample.Sorted(values);
        return sorted.Length * 2 <= values.Length
            ? Interval.Undefined
            : new Interval(Quantile.OfSorted(sorted, (1 - options.Confidence) / 2), Quantile.OfSorted(sorted, (1 + options.Confidence) / 2));
    }
}
