using CsCheck;
using Orrery.Ledger.Runs;
using Orrery.Ledger.Runs.Metrics;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Runs.Metrics;

public sealed class MetricTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_metric_that_came_point_by_point_is_read_as_one_that_came_whole()
    {
        await using var platform = await StartAsync();
        var run = await platform.Runs().StartAsync(Ada, new("train", "x"));
        var count = (MetricWriter.MaxChunks * 2) + 10;
        for (var i = 0; i < count; i++)
            await platform.Runs().LogAsync(Ada, run.Id, new() { Metrics = [Point(i, i)] });
        var course = await platform.Runs().MetricHistoryAsync(Ada, run.Id, "loss");
        Assert.Equal(Enumerable.Range(0, count).Select(i => Point(i, i)), course);
        Assert.Equal(count - 1, (await platform.Runs().GetAsync(Ada, run.Id)).Metrics["loss"]);
    }

    [Fact]
    public async Task A_point_that_was_sent_twice_stands_once_and_others_of_its_step_stand_beside_it()
    {
        await using var platform = await StartAsync();
        var run = await platform.Runs().StartAsync(Ada, new("train", "x"));
        MetricPoint[] points = [Point(1, 5), Point(0, 2), Point(1, double.NaN), Point(1, 4)];
        await platform.Runs().LogAsync(Ada, run.Id, new() { Metrics = points });
        await platform.Runs().LogAsync(Ada, run.Id, new() { Metrics = points });
        Assert.Equal([Point(0, 2), Point(1, 4), Point(1, 5), Point(1, double.NaN)], await platform.Runs().MetricHistoryAsync(Ada, run.Id, "loss"));
    }

    [Fact]
    public async Task NaN_infinities_and_the_ends_of_the_numbers_come_back()
    {
        await using var platform = await StartAsync();
        var run = await platform.Runs().StartAsync(Ada, new("train", "x"));
        double[] values = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, double.Epsilon, 0.1 + 0.2];
        await platform.Runs().LogAsync(Ada, run.Id, new() { Metrics = [.. values.Select((value, i) => new MetricPoint($"m{i}", value, long.MinValue, Noon))] });
        var metrics = (await platform.Runs().GetAsync(Ada, run.Id)).Metrics;
        Assert.Equal(values.Select(BitConverter.DoubleToInt64Bits), values.Select((_, i) => BitConverter.DoubleToInt64Bits(metrics[$"m{i}"])));
        Assert.Equal(long.MinValue, Assert.Single(await platform.Runs().MetricHistoryAsync(Ada, run.Id, "m0")).Step);
    }

    /// <summary>The last value is that of the highest step, then the latest time, then the highest value, in whatever order and portions the points come.</summary>
    [Fact]
    public async Task The_last_value_does_not_depend_on_the_order_of_arrival()
    {
        await using var platform = await StartAsync();
        var point = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 3], (step, second, value) => new MetricPoint("m", value, step, Noon.AddSeconds(second)));
        await point.List[1, 12].SampleAsync(async points =>
        {
            var run = await platform.Runs().StartAsync(Ada, new("train", "x"));
            foreach (var some in points.Chunk(3))
                await platform.Runs().LogAsync(Ada, run.Id, new() { Metrics = some });
            var expected = points.MaxBy(p => (p.Step, p.Time.Ticks, p.Value))!.Value;
            return expected == (await platform.Runs().GetAsync(Ada, run.Id)).Metrics["m"];
        }, iter: 50);
    }

    private static MetricPoint Point(int step, double value) => new("loss", value, step, Noon.AddSeconds(step));
}
