using CsCheck;
using LinqToDB;
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

    /// <summary>Calls with one metric, with few and with many, some of them long: however they are packed and put together, each course is what was logged of it.</summary>
    [Fact]
    public async Task Courses_do_not_depend_on_the_calls_that_brought_them()
    {
        await using var platform = await StartAsync();
        var run = await platform.Runs().StartAsync(Ada, new("train", "x"));
        var expected = new Dictionary<string, List<MetricPoint>>();
        var random = new Random(7);
        for (var call = 0; call < MetricChunks.MaxCalls * 5; call++)
        {
            var points = new List<MetricPoint>();
            for (var metric = random.Next(4) == 0 ? 4 : 0; metric < 5; metric += random.Next(1, 4))
            {
                var length = random.Next(20) == 0 ? 100 : random.Next(1, 4);
                for (var i = 0; i < length; i++)
                    points.Add(new($"m{metric}", random.NextDouble(), call, Noon.AddMilliseconds((call * 1000) + i)));
            }

            await platform.Runs().LogAsync(Ada, run.Id, new() { Metrics = points });
            foreach (var point in points)
                expected.TryAdd(point.Key, []);
            foreach (var point in points)
                expected[point.Key].Add(point);
        }

        var last = (await platform.Runs().GetAsync(Ada, run.Id)).Metrics;
        foreach (var (metric, course) in expected)
        {
            Assert.Equal(course, await platform.Runs().MetricHistoryAsync(Ada, run.Id, metric));
            Assert.Equal(course[^1].Value, last[metric]);
        }
    }

    [Fact]
    public async Task A_large_call_leaves_no_chunk_that_grows_without_bound()
    {
        await using var platform = await StartAsync();
        var run = await platform.Runs().StartAsync(Ada, new("train", "x"));
        for (var call = 0; call < 3; call++)
            await platform.Runs().LogAsync(Ada, run.Id, new() { Metrics = [.. Enumerable.Range(0, 30_000).Select(i => new MetricPoint($"m{i % 1000}", i, (call * 30) + (i / 1000), Noon))] });
        var waiting = await platform.Database.ReadAsync((connection, _) => Task.FromResult(
            connection.GetTable<MetricChunkRow>().Where(row => row.MetricKey == MetricChunkRow.OfCall).Select(row => row.Length).ToList()), TestContext.Current.CancellationToken);
        Assert.Empty(waiting);
        Assert.Equal(Enumerable.Range(0, 90).Select(step => (long)step), (await platform.Runs().MetricHistoryAsync(Ada, run.Id, "m17")).Select(point => point.Step));
    }

    private static MetricPoint Point(int step, double value) => new("loss", value, step, Noon.AddSeconds(step));
}
