using CsCheck;
using Orrery.Data.Datasets;
using Orrery.Features.Online;
using Orrery.Features.Services;
using Orrery.Features.TrainingSets;
using Orrery.Features.Views;
using Orrery.Kernel;
using Orrery.Tests;
using Xunit;

namespace Orrery.Features.Tests.TrainingSets;

public sealed class PointInTimeJoinTests
{
    private static readonly FeatureServiceSpec Service = new(
        [
            new("departures", new Dictionary<string, string> { ["airport"] = "from" }, "from_"),
            new("departures", new Dictionary<string, string> { ["airport"] = "to" }, "to_", ["flights_1h", "delay_last"]),
        ],
        [new("miles", RequestType.Number)]);

    private static readonly Gen<TimeSpan?> Ttls = Event.OneOf<TimeSpan?>(null, SlowFeatures.Hour, TimeSpan.FromHours(5), TimeSpan.FromDays(2));

    // Few rows and hundreds: the engine joins fewer than 64 in another way.
    // Moments far after the last event too, where only windows have emptied or the row has expired.
    private static readonly Gen<List<(long At, string? From, string? To)>> Spines = Gen.Select(
        Gen.OneOf(Event.Moments, Gen.Long[48, 120].Select(h => Event.Start + (h * Event.Hour))),
        Event.OneOf<string?>("ATL", "BOS", "XXX", null), Event.OneOf<string?>("ATL", "O'Hare"),
        (at, from, to) => (at, from, to)).List[1, 40].SelectMany(some => Event.OneOf(some, [.. Enumerable.Repeat(some, 20).SelectMany(s => s)]));

    [Fact]
    public async Task Each_row_gets_what_a_request_at_its_moment_would_have_seen()
    {
        await Gen.Select(Event.Some, Spines, Ttls).SampleAsync(async (events, spine, ttl) =>
        {
            await using var platform = await FeaturesTest.StartAsync(); // what was there before stays the latest where it is written again
            var view = SlowFeatures.View(ttl);
            await platform.ApplyAsync("departures", view);
            await platform.ApplyAsync("flights", Service);
            await platform.WriteEventsAsync(events);
            var rows = platform.Rows(await BuildAsync(platform, spine));

            Assert.Equal(spine.Count, rows.Count);
            var names = view.Features.SelectMany(FeatureViewPlan.NamesOf).ToList();
            var width = names.Count;
            for (var i = 0; i < rows.Count; i++)
            {
                // from, to, at, miles, the features of from, two of to, id: in the spine's order.
                Assert.Equal((spine[i].From, spine[i].To, i + 0.5, (long)i), ((string?)rows[i][0], (string?)rows[i][1], (double)rows[i][3]!, (long)rows[i][^1]!));
                var from = SlowFeatures.Seen(view, events, spine[i].From, spine[i].At)?.Features ?? NaNs(width);
                SlowFeatures.AssertSame(view, from, Doubles(rows[i][4..(4 + width)]), $"of {spine[i].From} at {spine[i].At} with ttl {ttl}");
                var to = SlowFeatures.Seen(view, events, spine[i].To, spine[i].At)?.Features ?? NaNs(width);
                Assert.Equal([to[names.IndexOf("flights_1h")], to[names.IndexOf("delay_last")]], Doubles(rows[i][(4 + width)..(6 + width)]));
            }
        }, iter: 10, threads: 1);
    }

    [Fact]
    public async Task What_becomes_known_later_changes_no_feature_of_before()
    {
        await Gen.Select(Event.Some, Event.Some, Spines, Gen.Long[0, 48]).SampleAsync(async (past, future, spine, hour) =>
        {
            await using var platform = await FeaturesTest.StartAsync();
            await platform.ApplyAsync("departures", SlowFeatures.View());
            await platform.ApplyAsync("flights", Service);
            var now = Event.Start + (hour * Event.Hour);
            past = [.. past.Where(e => e.Known <= now)];
            spine = [.. spine.Where(s => s.At <= now)];
            await platform.WriteEventsAsync(past);
            var before = await BuildAsync(platform, spine);
            await platform.WriteEventsAsync([.. future.Where(e => e.Known > now), .. past]);
            var after = await BuildAsync(platform, spine);
            var (rowsBefore, rowsAfter) = (platform.Rows(before), platform.Rows(after));
            for (var i = 0; i < rowsBefore.Count; i++)
                Assert.Equal(rowsBefore[i], rowsAfter[i]);
            // And by content: a dataset's version is its digest.
            Assert.Equal(before.Version.Digest, after.Version.Digest);
        }, iter: 6, threads: 1);
    }

    [Fact]
    public async Task A_training_set_keeps_the_range_the_labels_and_the_order_and_records_what_it_was_made_from()
    {
        await using var platform = await FeaturesTest.StartAsync();
        await platform.ApplyAsync("departures", SlowFeatures.View());
        await platform.ApplyAsync("flights", Service);
        await platform.WriteEventsAsync([new(Event.Start, "ATL", 5, 1, false)]);
        (long, string?, string?)[] spine = [.. new[] { 5, 1, 4, 2, 3 }.Select(h => (Event.Start + (h * Event.Hour), (string?)"ATL", (string?)"ATL"))];
        var set = await BuildAsync(platform, spine, from: At(2), to: At(5));
        Assert.Equal([2L, 3L, 4L], platform.Rows(set).Select(r => (long)r[^1]!));
        Assert.Equal("at", set.Manifest.Timestamp);

        var lineage = await platform.Get<Ledger.Lineage.ILineage>().WalkAsync(
            FeaturesTest.Ada, Ledger.Lineage.LineageNodeId.Of(set.Version.Id), Ledger.Lineage.LineageDirection.Upstream);
        Assert.Superset(new HashSet<string> { "dataset/spine:1", "dataset/flights:1", "dataset/features.departures:1", "feature-service/flights:1", "feature-view/departures:1" },
            lineage.Nodes.Select(n => n.Label).ToHashSet());
    }

    [Fact]
    public async Task Keys_that_are_integers_or_booleans_join()
    {
        await using var platform = await FeaturesTest.StartAsync();
        await platform.ApplyAsync("v", new FeatureViewSpec([new("d", "delay"), new("l", "late")], "flights", [new("n", Aggregate.Count, Window: SlowFeatures.Hour)]));
        await platform.ApplyAsync("flights", new FeatureServiceSpec([new("v")]));
        await platform.WriteEventsAsync([new(Event.Start, "ATL", -5, 1, false), new(Event.Start, "ATL", 7, 1, true)]);
        await platform.WriteAsync("spine", "SELECT make_timestamp(978307200000000) AS at, d::BIGINT AS d, l AS l, d AS y FROM (VALUES (-5, false), (7, true), (7, false)) AS v(d, l)");
        var request = new TrainingSetRequest("set", "flights", new(AssetKind.Dataset, "spine"), "at", ["y"]);
        var set = await platform.Get<ITrainingSets>().BuildAsync(FeaturesTest.Ada, request, await platform.StartRunAsync());
        Assert.Equal([1.0, 1.0, null], platform.Rows(set).Select(r => (double?)r[3]));
    }

    [Fact]
    public async Task A_spine_that_lacks_columns_is_refused_with_their_names()
    {
        await using var platform = await FeaturesTest.StartAsync();
        await platform.ApplyAsync("departures", SlowFeatures.View());
        await platform.ApplyAsync("flights", Service);
        await platform.WriteAsync("spine", "SELECT 'ATL' AS \"from\", 'at' AS at, 1.5::DOUBLE AS milse");
        var request = new TrainingSetRequest("set", "flights", new(AssetKind.Dataset, "spine"), "at", ["label"]);
        var run = await platform.StartRunAsync();
        var error = await Assert.ThrowsAsync<InvalidException>(() => platform.Get<ITrainingSets>().BuildAsync(FeaturesTest.Ada, request, run));
        Assert.Equal(["label", "miles", "timestamp", "to"], error.Errors.Keys.Order());
        Assert.Contains("'milse'", error.Errors["miles"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("airprt", null, "features/0/keys/airprt")]
    [InlineData("airport", "delay_lost", "features/0/select/0")]
    public async Task A_service_that_does_not_fit_its_view_is_refused_at_its_path(string key, string? feature, string path)
    {
        await using var platform = await FeaturesTest.StartAsync();
        await platform.ApplyAsync("departures", SlowFeatures.View());
        await platform.ApplyAsync("broken", new FeatureServiceSpec([new("departures", new Dictionary<string, string> { [key] = "from" }, Select: feature is null ? null : [feature])]));
        var error = await Assert.ThrowsAsync<InvalidException>(() => platform.Get<IOnlineFeatures>().OpenAsync(FeaturesTest.Ada, "broken"));
        Assert.Equal([path], error.Errors.Keys);
    }

    [Fact]
    public async Task Two_uses_of_a_view_need_a_prefix()
    {
        await using var platform = await FeaturesTest.StartAsync();
        await platform.ApplyAsync("departures", SlowFeatures.View());
        await platform.ApplyAsync("broken", new FeatureServiceSpec([new("departures"), new("departures", new Dictionary<string, string> { ["airport"] = "to" })]));
        var error = await Assert.ThrowsAsync<InvalidException>(() => platform.Get<IOnlineFeatures>().OpenAsync(FeaturesTest.Ada, "broken"));
        Assert.Contains("prefix", error.Errors["features"], StringComparison.Ordinal);
    }

    private static async Task<Dataset> BuildAsync(
        TestPlatform platform, IReadOnlyList<(long At, string? From, string? To)> spine, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        static string Text(string? value) => value is null ? "NULL" : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
        var rows = spine.Count == 0 ? "(0, NULL, NULL, 0)" : string.Join(", ", spine.Select((s, i) => $"({s.At}, {Text(s.From)}, {Text(s.To)}, {i})"));
        await platform.WriteAsync("spine",
            $"SELECT make_timestamp(t::BIGINT) AS at, f::VARCHAR AS \"from\", d::VARCHAR AS \"to\", i::BIGINT AS id, i + 0.5::DOUBLE AS miles FROM (VALUES {rows}) AS v(t, f, d, i){(spine.Count == 0 ? " WHERE false" : "")}");
        var request = new TrainingSetRequest("set", "flights", new(AssetKind.Dataset, "spine"), "at", ["id"]) { From = from, To = to };
        return await platform.Get<ITrainingSets>().BuildAsync(FeaturesTest.Ada, request, await platform.StartRunAsync());
    }

    private static DateTimeOffset At(int hour) => DateTimeOffset.UnixEpoch.AddTicks((Event.Start + (hour * Event.Hour)) * TimeSpan.TicksPerMicrosecond);

    private static double[] NaNs(int count) => [.. Enumerable.Repeat(double.NaN, count)];

    private static double[] Doubles(object?[] values) => [.. values.Select(v => v is null ? double.NaN : (double)v)];
}
