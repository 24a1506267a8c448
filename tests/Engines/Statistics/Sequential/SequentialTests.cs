using System.Text.Json;
using Orrery.Statistics.Sequential;
using Xunit;

namespace Orrery.Statistics.Tests.Sequential;

public sealed class SequentialTests
{
    private const int Runs = 400;

    // A true error rate of 0.05 gives more than 38 of 400 with a chance below 1e-4.
    private const int MostFalseAlarms = 38;

    public static TheoryData<string> Kinds => ["empirical Bernstein", "normal mixture"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Looking_after_every_value_keeps_the_error_below_alpha(string kind)
    {
        var alarms = Enumerable.Range(0, Runs).Count(run => Watch(kind, (ulong)run, mean: 0).Verdict != SequentialVerdict.Undecided);
        Assert.InRange(alarms, 0, MostFalseAlarms);
    }

    [Fact]
    public void Normal_values_of_exactly_the_stated_deviation_keep_the_error_too()
    {
        var alarms = 0;
        for (var run = 0; run < Runs; run++)
        {
            var (sequence, random) = (new NormalMixtureSequence(1, tunedFor: 200), new SeededRandom((ulong)run));
            for (var n = 0; n < 4000; n++)
                sequence.Add(random.NextGaussian());
            alarms += sequence.Verdict == SequentialVerdict.Undecided ? 0 : 1;
        }

        // Not conservative either: over this many looks most of the allowed error is spent.
        Assert.InRange(alarms, 4, MostFalseAlarms);
    }

    [Fact]
    public void The_same_looking_ruins_a_fixed_z_test()
    {
        // What the sequences are for, and that the simulation above can fail: the z interval is left by far more than 5 %.
        var alarms = 0;
        for (var run = 0; run < Runs; run++)
        {
            var (random, sum, left) = (new SeededRandom((ulong)run), 0.0, false);
            for (var n = 1; n <= 2000; n++)
            {
                sum += Difference(random, 0);
                left |= n > 30 && Math.Abs(sum) > 1.96 * Math.Sqrt(n * Variance);
            }

            alarms += left ? 1 : 0;
        }

        Assert.True(alarms > 3 * MostFalseAlarms, $"{alarms} of {Runs}");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_real_effect_is_found_with_its_sign(string kind)
    {
        for (var run = 0; run < 40; run++)
        {
            Assert.Equal(SequentialVerdict.Better, Watch(kind, (ulong)run, mean: 0.12).Verdict);
            Assert.Equal(SequentialVerdict.Worse, Watch(kind, (ulong)run, mean: -0.12).Verdict);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_verdict_stays_and_a_saved_sequence_goes_on(string kind)
    {
        var random = new SeededRandom(3);
        var whole = Create(kind);
        var resumed = Create(kind);
        for (var n = 0; n < 1500; n++)
        {
            var value = Difference(random, n < 750 ? 0.2 : -0.2);
            whole.Add(value);
            resumed.Add(value);
            if (n % 100 == 0)
                resumed = Resume(resumed);
        }

        Assert.Equal(SequentialVerdict.Better, whole.Verdict);
        Assert.InRange(whole.DecidedAt!.Value, 1, 749);
        Assert.Equal((whole.Verdict, whole.DecidedAt, whole.Count, whole.Mean), (resumed.Verdict, resumed.DecidedAt, resumed.Count, resumed.Mean));
        Assert.Equal(whole.Interval(0.01), resumed.Interval(0.01));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Intervals_cover_the_mean_at_every_moment_and_narrow(string kind)
    {
        var missed = 0;
        for (var run = 0; run < 200; run++)
        {
            var (sequence, random, everMissed) = (Create(kind), new SeededRandom((ulong)run), false);
            for (var n = 0; n < 1000; n++)
            {
                sequence.Add(Difference(random, 0.3));
                everMissed |= !sequence.Interval(0.1).Contains(0.3);
            }

            missed += everMissed ? 1 : 0;
            Assert.True(sequence.Interval(0.1).Width < 0.35);
        }

        Assert.InRange(missed, 0, 38);
    }

    [Fact]
    public void Low_variance_decides_sooner()
    {
        long Decided(double noise)
        {
            var sequence = new EmpiricalBernsteinSequence(-1, 1);
            var random = new SeededRandom(1);
            while (sequence.Verdict == SequentialVerdict.Undecided)
                sequence.Add(Math.Clamp(0.05 + noise * random.NextGaussian(), -1, 1));
            return sequence.Count;
        }

        Assert.True(Decided(0.02) * 2 < Decided(0.4));
    }

    [Fact]
    public void The_always_valid_p_value_agrees_with_the_verdict()
    {
        var random = new SeededRandom(11);
        var sequence = new NormalMixtureSequence(1);
        while (sequence.Verdict == SequentialVerdict.Undecided)
        {
            Assert.True(sequence.PValue > 0.05);
            sequence.Add(0.3 + random.NextGaussian());
        }

        Assert.True(sequence.PValue <= 0.05);
    }

    [Fact]
    public void A_value_outside_the_promise_is_refused()
    {
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => new EmpiricalBernsteinSequence(-1, 1).Add(1.5));
        Assert.Contains("clip", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new EmpiricalBernsteinSequence(-1, 1).Add(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NormalMixtureSequence(1).Add(double.PositiveInfinity));
        Assert.Throws<ArgumentException>(() => new EmpiricalBernsteinSequence(1, 1));
    }

    // A skewed difference of two values, 0.8 above and 0.2 below the mean; this is its variance.
    private const double Variance = 0.16;

    private static double Difference(SeededRandom random, double mean) => mean + (random.NextDouble() < 0.2 ? 0.8 : -0.2);

    private static ConfidenceSequence Create(string kind) => kind == "empirical Bernstein"
        ? new EmpiricalBernsteinSequence(-0.5, 1.2)
        : new NormalMixtureSequence(0.5, tunedFor: 500);

    private static ConfidenceSequence Watch(string kind, ulong seed, double mean)
    {
        var (sequence, random) = (Create(kind), new SeededRandom(seed));
        for (var n = 0; n < 2000; n++)
            sequence.Add(Difference(random, mean));
        return sequence;
    }

    private static ConfidenceSequence Resume(ConfidenceSequence sequence) => sequence is EmpiricalBernsteinSequence bernstein
        ? new EmpiricalBernsteinSequence(RoundTrip(bernstein.ToState()))
        : new NormalMixtureSequence(RoundTrip(((NormalMixtureSequence)sequence).ToState()));

    private static T RoundTrip<T>(T state) => JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(state))!;
}
