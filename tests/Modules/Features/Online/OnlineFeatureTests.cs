using Orrery.Features.Online;
using Orrery.Features.Services;
using Orrery.Features.Streaming;
using Orrery.Features.TrainingSets;
using Orrery.Features.Views;
using Orrery.Kernel;
using Orrery.Tests;
using Xunit;

namespace Orrery.Features.Tests.Online;

public sealed class OnlineFeatureTests
{
    private static readonly Dictionary<string, string> FromKey = new() { ["airport"] = "from" };

    private static readonly FeatureServiceSpec Service = new(
        [new("departures", FromKey, "from_", ["delay_last", "flights_3h"]), new("departures", new Dictionary<string, string> { ["airport"] = "to" }, "to_", ["flights_3h"]), new("departures", FromKey, "again_", ["flights_1h"])]);

    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddTicks(Event.Start * TimeSpan.TicksPerMicrosecond);

    [Fact]
    public async Task A_read_gives_every_feature_of_the_service_by_its_keys()
    {
        await using var platform = await StartAsync(ttl: null);
        var reader = await platform.Get<IOnlineFeatures>().OpenAsync(FeaturesTest.Ada, "s");
        Assert.Equal(["from", "to"], reader.Keys);
        Assert.Equal(["from_delay_last", "from_flights_3h", "to_flights_3h", "again_flights_1h"], reader.Features);
        var values = new double[4];
        reader.Read(["ATL", "BOS"], Start, values);
        Assert.Equal([7, 2, 1, 2], values);
        reader.Read(["BOS", "nowhere"], Start, values);
        Assert.Equal([-3, 1, double.NaN, 1], values);
    }

    [Fact]
    public async Task A_value_is_in_force_up_to_its_time_to_live_and_not_a_microsecond_longer()
    {
        await using var platform = await StartAsync(ttl: TimeSpan.FromHours(5));
        var reader = await platform.Get<IOnlineFeatures>().OpenAsync(FeaturesTest.Ada, "s");
        var values = new double[4];
        var readings = new FeatureReading[4];
        reader.Read(["ATL", "nowhere"], Start.AddHours(5), values, readings);
        Assert.Equal([FeatureStatus.Present, FeatureStatus.Present, FeatureStatus.NotFound, FeatureStatus.Present], readings.Select(r => r.Status));
        Assert.Equal(Start, readings[0].Tick);
        reader.Read(["ATL", "BOS"], Start.AddHours(5).AddMicroseconds(1), values, readings);
        Assert.All(readings, r => Assert.Equal(FeatureStatus.Expired, r.Status));
        Assert.All(values, v => Assert.Equal(double.NaN, v));
    }

    [Fact]
    public async Task A_read_allocates_nothing()
    {
        await using var platform = await StartAsync(ttl: TimeSpan.FromHours(5));
        var reader = await platform.Get<IOnlineFeatures>().OpenAsync(FeaturesTest.Ada, "s");
        var (keys, values) = (new[] { "ATL", "BOS" }, new double[4]);
        void Read()
        {
            for (var i = 0; i < 1_000; i++)
                reader.Read(keys, Start, values);
        }

        Read(); // the thread's buffer is made, and the code compiled
        var before = GC.GetAllocatedBytesForCurrentThread();
        Read();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Keys_that_are_long_or_alike_are_not_confused()
    {
        await using var platform = await FeaturesTest.StartAsync();
        await platform.ApplyAsync("pairs", new FeatureViewSpec([new("a", "a"), new("b", "b")], "events", [new("sum", Aggregate.Sum, "x", SlowFeatures.Hour)], Timestamp: "t"));
        await platform.ApplyAsync("s", new FeatureServiceSpec([new("pairs")]));
        var longest = new string('é', 1_000);
        (string A, string B)[] pairs = [("a", "bc"), ("ab", "c"), ("", "abc"), ("abc", ""), (longest, "x"), ("x", longest), ("\0", "\0\0"), ("\0\0", "\0")];
        var rows = pairs.Select((p, i) => (IReadOnlyList<object?>)[Start, p.A, p.B, i + 1L]);
        await platform.Get<IFeatureStream>().PushAsync(FeaturesTest.Ada, "events", new(["t", "a", "b", "x"], [.. rows]));
        await platform.Get<IFeatureStream>().AdvanceAsync(FeaturesTest.Ada, "events", Start);
        var reader = await platform.Get<IOnlineFeatures>().OpenAsync(FeaturesTest.Ada, "s");
        var value = new double[1];
        for (var i = 0; i < pairs.Length; i++)
        {
            reader.Read([pairs[i].A, pairs[i].B], Start, value);
            Assert.Equal(i + 1, value[0]);
        }
    }

    [Fact]
    public async Task Workspaces_do_not_see_each_others_features()
    {
        await using var platform = await StartAsync(ttl: null);
        var plan = FeatureViewPlan.Of("departures", SlowFeatures.View());
        Assert.NotEqual(EntityKey.Prefix("default", plan), EntityKey.Prefix("other", plan));
        await Assert.ThrowsAsync<NotFoundException>(() => platform.Get<IOnlineFeatures>().OpenAsync(FeaturesTest.Ada with { Workspace = "other" }, "s"));
    }

    [Fact]
    public async Task Online_and_offline_are_equal_to_the_last_bit()
    {
        await using var platform = await FeaturesTest.StartAsync();
        var view = SlowFeatures.View(ttl: TimeSpan.FromHours(30));
        await platform.ApplyAsync("departures", view);
        await platform.ApplyAsync("s", new FeatureServiceSpec([new("departures")]));
        var random = new Random(17);
        Event[] events = [.. Enumerable.Range(0, 2_000).Select(_ => new Event(
            Event.Start + random.NextInt64(100 * Event.Hour), $"A{random.Next(40)}", random.Next(-20, 300), random.NextDouble() * 3_000, random.Next(2) == 0))];
        await platform.WriteEventsAsync(events);
        var now = Start.AddHours(90);
        await platform.WriteAsync("spine", $"SELECT 'A' || i AS airport, TIMESTAMP '{now.UtcDateTime:yyyy-MM-dd HH:mm:ss}' + INTERVAL 59 MINUTES AS at, i AS id FROM range(45) AS r(i)");
        var set = await platform.Get<ITrainingSets>().BuildAsync(
            FeaturesTest.Ada, new("set", "s", new(AssetKind.Dataset, "spine"), "at", ["id"]), await platform.StartRunAsync());
        await platform.Get<IFeatureStream>().MaterializeAsync(FeaturesTest.Ada, "departures", now.AddMinutes(59));
        var reader = await platform.Get<IOnlineFeatures>().OpenAsync(FeaturesTest.Ada, "s");
        var values = new double[reader.Features.Count];
        foreach (var row in platform.Rows(set))
        {
            reader.Read([(string)row[0]!], now.AddMinutes(59), values);
            Assert.Equal(row[2..^1].Select(v => v is null ? double.NaN : (double)v).Select(BitConverter.DoubleToInt64Bits), values.Select(BitConverter.DoubleToInt64Bits));
        }
    }

    private static async Task<TestPlatform> StartAsync(TimeSpan? ttl)
    {
        var platform = await FeaturesTest.StartAsync();
        await platform.ApplyAsync("departures", SlowFeatures.View(ttl));
        await platform.ApplyAsync("s", Service);
        await platform.WriteEventsAsync([new(Event.Start - 7, "ATL", 5, 1, false), new(Event.Start, "ATL", 7, 1, true), new(Event.Start, "BOS", -3, 1, null)]);
        await platform.Get<IFeatureStream>().MaterializeAsync(FeaturesTest.Ada, "departures", Start);
        return platform;
    }
}
