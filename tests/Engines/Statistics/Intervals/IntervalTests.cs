using Orrery.Engines.Tests;
using Orrery.Statistics.Intervals;
using Orrery.Statistics.Power;
using Xunit;

namespace Orrery.Statistics.Tests.Intervals;

public sealed class IntervalTests
{
    [Fact]
    public void Proportion_intervals_equal_SciPy()
    {
        foreach (var golden in Golden.Load("Statistics", "statistics.json").GetProperty("intervals").EnumerateArray())
        {
            var (successes, trials, confidence) = (golden.GetProperty("successes").GetInt64(), golden.GetProperty("trials").GetInt64(), golden.Double("confidence"));
            Near(golden.Doubles("wilson"), ProportionInterval.Wilson(successes, trials, confidence));
            Near(golden.Doubles("exact"), ProportionInterval.ClopperPearson(successes, trials, confidence));
        }
    }

    [Fact]
    public void Without_trials_nothing_is_known()
    {
        Assert.Equal(Interval.Undefined, ProportionInterval.Wilson(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProportionInterval.Wilson(5, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProportionInterval.Wilson(1, 3, 1));
    }

    [Fact]
    public void The_bootstrap_of_a_mean_is_near_the_normal_interval_and_repeats_by_seed()
    {
        var random = new SeededRandom(2);
        double[] values = [.. Enumerable.Range(0, 400).Select(_ => 5 + 2 * random.NextGaussian())];
        double Mean(ReadOnlySpan<int> rows)
        {
            var sum = 0.0;
            foreach (var row in rows)
                sum += values[row];
            return sum / rows.Length;
        }

        var options = new BootstrapOptions { Seed = 4 };
        var interval = Bootstrap.Percentile(values.Length, Mean, options);
        Assert.Equal(4 * 1.96 / 20, interval.Width, 0.05);
        Assert.True(interval.Contains(values.Average()));
        Assert.Equal(interval, Bootstrap.Percentile(values.Length, Mean, options));
        Assert.NotEqual(interval, Bootstrap.Percentile(values.Length, Mean, options with { Seed = 5 }));
        Assert.Equal(Interval.Undefined, Bootstrap.Percentile(0, Mean));
        Assert.Equal(Interval.Undefined, Bootstrap.Percentile(3, _ => double.NaN));
    }

    [Fact]
    public void Sample_sizes_equal_the_textbooks()
    {
        // Cohen 1988: d = 0.5 at power 0.8 takes 64 a group by the t-test, 63 by the normal approximation; p = 0.1 against 0.15: 686 (pooled z).
        Assert.Equal(63, TwoSamplePower.RowsForMeans(0.5, 1));
        Assert.InRange(TwoSamplePower.RowsForProportions(0.10, 0.15), 684, 687);
        Assert.Throws<ArgumentOutOfRangeException>(() => TwoSamplePower.RowsForMeans(0, 1));
    }

    [Fact]
    public void Power_is_what_simulation_finds()
    {
        var promised = TwoSamplePower.OfMeans(0.4, 1, 80, 120);
        var random = new SeededRandom(9);
        var rejected = 0;
        for (var run = 0; run < 4000; run++)
        {
            var difference = random.NextGaussian() / Math.Sqrt(80) - (0.4 + random.NextGaussian() / Math.Sqrt(120));
            rejected += Math.Abs(difference) / Math.Sqrt(1.0 / 80 + 1.0 / 120) > 1.959964 ? 1 : 0;
        }

        Assert.Equal(promised, rejected / 4000.0, 0.03);
    }

    [Fact]
    public void With_no_difference_power_is_alpha() => Assert.Equal(0.05, TwoSamplePower.OfProportions(0.3, 0.3, 500, 700), 1e-9);

    private static void Near(double[] expected, Interval actual)
    {
        Assert.Equal(expected[0], actual.Lower, 1e-8);
        Assert.Equal(expected[1], actual.Upper, 1e-8);
    }
}
