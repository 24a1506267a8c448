using System.Text.Json;
using Orrery.Statistics.Sequential;
using Xunit;

namespace Orrery.Statistics.Tests.Sequential;

public sealed class SequentialBinomialTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.03)]
    public void Equal_arms_are_called_different_at_most_alpha_of_the_time(double rate)
    {
        var alarms = Enumerable.Range(0, 400).Count(run => Watch((ulong)run, rate, rate).Verdict != SequentialVerdict.Undecided);
        Assert.InRange(alarms, 0, 38);
    }

    [Fact]
    public void A_real_difference_is_found_with_its_sign()
    {
        for (var run = 0; run < 40; run++)
        {
            Assert.Equal(SequentialVerdict.Better, Watch((ulong)run, 0.3, 0.42).Verdict);
            Assert.Equal(SequentialVerdict.Worse, Watch((ulong)run, 0.3, 0.18).Verdict);
        }
    }

    [Fact]
    public void A_saved_test_goes_on()
    {
        var test = Watch(1, 0.3, 0.33);
        var resumed = new SequentialBinomialTest(JsonSerializer.Deserialize<SequentialBinomialState>(JsonSerializer.Serialize(test.ToState()))!);
        test.Add(3, 10, 7, 10);
        resumed.Add(3, 10, 7, 10);
        Assert.Equal(test.ToState(), resumed.ToState());
    }

    [Fact]
    public void A_block_of_one_arm_is_no_evidence()
    {
        var test = new SequentialBinomialTest();
        test.Add(50, 100, 0, 0);
        test.Add(0, 0, 100, 100);
        Assert.Equal(1, test.PValue);
        Assert.Throws<ArgumentOutOfRangeException>(() => test.Add(3, 2, 0, 0));
    }

    // Blocks of uneven size, 9 of 10 requests to the baseline, as in a canary; a look after each.
    private static SequentialBinomialTest Watch(ulong seed, double baseline, double candidate)
    {
        var (test, random) = (new SequentialBinomialTest(), new SeededRandom(seed));
        for (var block = 0; block < 600; block++)
        {
            var (first, second) = (9L + random.NextInt(10), 1L + random.NextInt(3));
            test.Add(Draw(random, first, baseline), first, Draw(random, second, candidate), second);
        }

        return test;
    }

    private static long Draw(SeededRandom random, long trials, double rate)
    {
        var successes = 0L;
        for (var i = 0; i < trials; i++)
            successes += random.NextDouble() < rate ? 1 : 0;
        return successes;
    }
}
