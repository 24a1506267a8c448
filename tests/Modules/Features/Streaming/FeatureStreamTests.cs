using CsCheck;
using Orrery.Features.Online;
using Orrery.Features.Services;
using Orrery.Features.Streaming;
using Orrery.Features.Views;
using Orrery.Kernel;
using Orrery.Tests;
using Xunit;

namespace Orrery.Features.Tests.Streaming;

public sealed class FeatureStreamTests
{
    private static readonly FeatureServiceSpec Service = new([new("departures")]);

    private static readonly FeatureViewSpec View = SlowFeatures.View() with { Timestamp = "landed" };

    // A story of a stream: at each step some events come, known at any time after the one before or late, then the watermark moves on by some hours.
    private static readonly Gen<List<(List<Event> Pushed, long Hours)>> Stories =
        Gen.Select(Event.Some, Gen.Frequency((6, Gen.Long[0, 4]), (1, Gen.Long[5, 60])), (pushed, hours) => (pushed, hours)).List[1, 6];

    [Fact]
    public async Task At_every_tick_the_stream_the_batch_and_the_slow_reference_agree()
    {
        await Stories.SampleAsync(async story =>
        {
            using var folder = new TempFolder();
            var counted = new List<Event>();
            var watermark = Event.Start - Event.Hour;
            for (var step = 0; step < story.Count; step++)
            {
                // A platform of its own for each step: all that the stream knows must have been stored.
                await using var platform = await FeaturesTest.StartInAsync(folder);
                var stream = platform.Get<IFeatureStream>();
                await platform.ApplyAsync("departures", View);
                await platform.ApplyAsync("s", Service);
                if (step == 0)
                    await stream.AdvanceAsync(FeaturesTest.Ada, "flights", Time(watermark));

                var (pushed, hours) = story[step];
                var receipt = Assert.Single(await stream.PushAsync(FeaturesTest.Ada, "flights", Event.Push(pushed)));
                Assert.Equal(pushed.Count(e => e.Origin is not null && e.Known <= watermark), receipt.Late);
                Assert.Equal(pushed.Count(e => e.Origin is null), receipt.WithoutEntity);
                // A late event became known just after the watermark.
                counted.AddRange(pushed.Select(e => e.Known <= watermark ? e with { Known = watermark + 1 } : e));
                watermark += hours * Event.Hour;
                await stream.AdvanceAsync(FeaturesTest.Ada, "flights", Time(watermark + 17)); // between two ticks is as the one before
                await AssertOnlineAsync(platform, counted, watermark, "by the stream");
            }

            using var batchFolder = new TempFolder();
            await using var batch = await FeaturesTest.StartInAsync(batchFolder);
            await batch.ApplyAsync("departures", View);
            await batch.ApplyAsync("s", Service);
            await batch.WriteEventsAsync(counted);
            await batch.Get<IFeatureStream>().MaterializeAsync(FeaturesTest.Ada, "departures", Time(watermark));
            await AssertOnlineAsync(batch, counted, watermark, "by the batch");
        }, iter: 8, threads: 1);
    }

    [Fact]
    public async Task The_stream_goes_on_where_the_batch_ended()
    {
        await Gen.Select(Event.Some, Event.Some, Gen.Long[0, 48], Gen.Long[0, 30]).SampleAsync(async (past, coming, hour, hours) =>
        {
            await using var platform = await FeaturesTest.StartAsync();
            var stream = platform.Get<IFeatureStream>();
            await platform.ApplyAsync("departures", View);
            await platform.ApplyAsync("s", Service);
            var now = Event.Start + (hour * Event.Hour);
            past = [.. past.Where(e => e.Known <= now)];
            coming = [.. coming.Where(e => e.Known > now)];
            await platform.WriteEventsAsync(past);
            await stream.MaterializeAsync(FeaturesTest.Ada, "departures", Time(now));
            await stream.PushAsync(FeaturesTest.Ada, "flights", Event.Push(coming));
            await AssertOnlineAsync(platform, past, now, "before the advance");
            await stream.AdvanceAsync(FeaturesTest.Ada, "flights", Time(now + (hours * Event.Hour)));
            await AssertOnlineAsync(platform, [.. past, .. coming], now + (hours * Event.Hour), "after the advance");
        }, iter: 8, threads: 1);
    }

    [Fact]
    public async Task A_stream_without_state_takes_up_where_its_dataset_ends()
    {
        await using var platform = await FeaturesTest.StartAsync();
        await platform.ApplyAsync("departures", View with { Timestamp = null });
        await platform.ApplyAsync("s", Service);
        Event[] past = [new(Event.Start + 5, "ATL", 5, 1, false), new(Event.Start + Event.Hour, "ATL", 7, 1, true)];
        await platform.WriteEventsAsync(past);
        var next = new Event(Event.Start + Event.Hour + 1, "ATL", 9, 1, true);
        await platform.Get<IFeatureStream>().PushAsync(FeaturesTest.Ada, "flights", Event.Push([next]));
        await AssertOnlineAsync(platform, past, Event.Start + Event.Hour, "of the dataset");
        await platform.Get<IFeatureStream>().AdvanceAsync(FeaturesTest.Ada, "flights", Time(Event.Start + (2 * Event.Hour)));
        await AssertOnlineAsync(platform, [.. past, next], Event.Start + (2 * Event.Hour), "with the pushed event");
    }

    [Fact]
    public async Task An_older_tick_never_overwrites_a_newer_one()
    {
        await using var platform = await FeaturesTest.StartAsync();
        var stream = platform.Get<IFeatureStream>();
        await platform.ApplyAsync("departures", View);
        await platform.ApplyAsync("s", Service);
        Event[] events = [new(Event.Start, "ATL", 5, 1, false), new(Event.Start + (10 * Event.Hour), "ATL", 7, 1, true)];
        await platform.WriteEventsAsync(events);
        await stream.MaterializeAsync(FeaturesTest.Ada, "departures");
        var behind = await stream.MaterializeAsync(FeaturesTest.Ada, "departures", Time(Event.Start));
        Assert.Equal((Time(Event.Start + (10 * Event.Hour)), 0L), (behind.Watermark!.Value, behind.Updated));
        Assert.Equal(0, Assert.Single(await stream.AdvanceAsync(FeaturesTest.Ada, "flights", Time(Event.Start))).Updated);
        await AssertOnlineAsync(platform, events, Event.Start + (10 * Event.Hour), "after both");

        // The stream knows an event that the dataset lacks: computing from the dataset must not take the entity back.
        var live = new Event(Event.Start + (11 * Event.Hour), "BOS", 1, 1, true);
        await stream.PushAsync(FeaturesTest.Ada, "flights", Event.Push([live]));
        await stream.AdvanceAsync(FeaturesTest.Ada, "flights", Time(live.Known));
        await platform.WriteEventsAsync([.. events, new(Event.Start, "BOS", 3, 1, false)]);
        await stream.MaterializeAsync(FeaturesTest.Ada, "departures", Time(Event.Start + (12 * Event.Hour)));
        Assert.Equal(Time(live.Known), (await ReadAsync(platform, "BOS", Time(live.Known))).Reading.Tick);
    }

    [Fact]
    public async Task Rows_that_do_not_fit_are_named_and_nothing_is_taken_in()
    {
        await using var platform = await FeaturesTest.StartAsync();
        var stream = platform.Get<IFeatureStream>();
        await platform.ApplyAsync("departures", View);
        await platform.ApplyAsync("other", View with { Features = [new("n", Aggregate.Count, Window: SlowFeatures.Hour)] });
        await platform.ApplyAsync("s", Service);
        var good = new Event(Event.Start, "ATL", 5, 1, false);
        EventRows bad = new(Event.Columns, [good.Row, ["yesterday", "ATL", 5L, 1.0, true], [good.Landed, "ATL", "five", 1.0, true], [good.Landed]]);
        var error = await Assert.ThrowsAsync<InvalidException>(() => stream.PushAsync(FeaturesTest.Ada, "flights", bad));
        Assert.Equal(["rows/1", "rows/2", "rows/3"], error.Errors.Keys);
        error = await Assert.ThrowsAsync<InvalidException>(() => stream.PushAsync(FeaturesTest.Ada, "flights", new(["landed", "origin"], [])));
        Assert.Equal(["delay", "distance", "late"], error.Errors.Keys.Order());
        await Assert.ThrowsAsync<NotFoundException>(() => stream.PushAsync(FeaturesTest.Ada, "fligths", Event.Push([good])));

        await stream.AdvanceAsync(FeaturesTest.Ada, "flights", Time(Event.Start));
        Assert.Equal(FeatureStatus.NotFound, (await ReadAsync(platform, "ATL", Time(Event.Start))).Reading.Status);
    }

    [Fact]
    public async Task A_changed_view_is_read_as_before_until_it_has_features_and_leaves_nothing_behind()
    {
        await using var platform = await FeaturesTest.StartAsync();
        var stream = platform.Get<IFeatureStream>();
        var before = View with { Features = [new("n", Aggregate.Count, Window: SlowFeatures.Hour)] };
        var after = View with { Features = [new("other", Aggregate.Count, Window: SlowFeatures.Hour), new("n", Aggregate.Count, Window: 24 * SlowFeatures.Hour)] };
        await platform.ApplyAsync("departures", before);
        await platform.ApplyAsync("s", new FeatureServiceSpec([new("departures", Select: ["n"])]));
        Event[] events = [new(Event.Start, "ATL", 5, 1, false), new(Event.Start + (5 * Event.Hour), "ATL", 7, 1, true)];
        await platform.WriteEventsAsync(events);
        await stream.PushAsync(FeaturesTest.Ada, "flights", Event.Push([new(Event.Start + (6 * Event.Hour), "BOS", 7, 1, true)]), "k");
        var open = await platform.Get<IOnlineFeatures>().OpenAsync(FeaturesTest.Ada, "s");
        Assert.Equal((1.0, FeatureStatus.Present), Read(open));

        await platform.ApplyAsync("departures", after);
        Assert.Equal((1.0, FeatureStatus.Present), Read(open));
        Assert.Equal(["o"], await KeysAsync(platform, before));

        await stream.AdvanceAsync(FeaturesTest.Ada, "flights", Time(Event.Start + (7 * Event.Hour))); // takes up where the dataset ends
        Assert.Equal((2.0, FeatureStatus.Present), Read(open));
        Assert.Empty(await KeysAsync(platform, before));
        Assert.NotEmpty(await KeysAsync(platform, after));

        await platform.ApplyAsync("departures", before); // what its stream knew once, before it missed events, is gone
        await stream.MaterializeAsync(FeaturesTest.Ada, "departures");
        Assert.Equal((1.0, FeatureStatus.Present), Read(open));
        Assert.Empty(await KeysAsync(platform, after));
    }

    [Fact]
    public async Task An_open_reader_whose_feature_was_taken_out_of_its_view_finds_nothing()
    {
        await using var platform = await FeaturesTest.StartAsync();
        var stream = platform.Get<IFeatureStream>();
        await platform.ApplyAsync("departures", View with { Features = [new("n", Aggregate.Count, Window: SlowFeatures.Hour)] });
        await platform.ApplyAsync("s", new FeatureServiceSpec([new("departures", Select: ["n"])]));
        await platform.WriteEventsAsync([new(Event.Start, "ATL", 5, 1, false)]);
        await stream.MaterializeAsync(FeaturesTest.Ada, "departures");
        var open = await platform.Get<IOnlineFeatures>().OpenAsync(FeaturesTest.Ada, "s");
        Assert.Equal((1.0, FeatureStatus.Present), Read(open));

        await platform.ApplyAsync("departures", View with { Features = [new("m", Aggregate.Count, Window: SlowFeatures.Hour)] });
        await stream.MaterializeAsync(FeaturesTest.Ada, "departures");
        Assert.Equal((double.NaN, FeatureStatus.NotFound), Read(open));
    }

    private static (double Value, FeatureStatus Status) Read(IOnlineFeatureReader reader)
    {
        var (values, readings) = (new double[1], new FeatureReading[1]);
        reader.Read(["ATL"], Time(Event.Start + (7 * Event.Hour)), values, readings);
        return (values[0], readings[0].Status);
    }

    // What sorts of keys there are of a layout: o, b, p, w.
    private static async Task<List<string>> KeysAsync(TestPlatform platform, FeatureViewSpec spec)
    {
        var prefix = EntityKey.Prefix("default", FeatureViewPlan.Of("departures", spec));
        var sorts = new List<string>();
        await foreach (var (key, _) in platform.KeyValues.Space(OnlineFeatures.Space).ScanAsync(prefix))
            sorts.Add(((char)key[prefix.Length]).ToString());
        return [.. sorts.Distinct()];
    }

    private static async Task AssertOnlineAsync(TestPlatform platform, IReadOnlyList<Event> events, long watermark, string where)
    {
        foreach (var airport in new[] { "ATL", "BOS", "O'Hare" })
        {
            var (values, reading) = await ReadAsync(platform, airport, Time(watermark));
            var expected = SlowFeatures.Seen(View, events, airport, watermark);
            Assert.Equal(expected is null ? FeatureStatus.NotFound : FeatureStatus.Present, reading.Status);
            if (expected is not { } row)
                continue;
            Assert.Equal(Time(row.Tick), reading.Tick);
            SlowFeatures.AssertSame(View, row.Features, values, $"of {airport} at {watermark} {where}");
        }
    }

    private static async Task<(double[] Values, FeatureReading Reading)> ReadAsync(TestPlatform platform, string airport, DateTimeOffset at)
    {
        var reader = await platform.Get<IOnlineFeatures>().OpenAsync(FeaturesTest.Ada, "s");
        var values = new double[reader.Features.Count];
        var readings = new FeatureReading[values.Length];
        reader.Read([airport], at, values, readings);
        return (values, readings[0]);
    }

    private static DateTimeOffset Time(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
