using CsCheck;
using Orrery.Features.Offline;
using Orrery.Features.Views;
using Orrery.Kernel;
using Xunit;

namespace Orrery.Features.Tests.Offline;

public sealed class HistoryTests
{
    [Fact]
    public async Task The_history_has_a_row_for_each_change_point_and_the_features_of_the_slow_reference()
    {
        await using var platform = await FeaturesTest.StartAsync();
        var view = SlowFeatures.View();
        await platform.ApplyAsync("departures", view);
        await Event.Some.SampleAsync(async events =>
        {
            var source = await platform.WriteEventsAsync(events);
            var history = await platform.Get<IFeatureHistories>().GetAsync(FeaturesTest.Ada, "departures", source.Version.Id);
            var rows = platform.Rows(history.Table);

            var expected = events.Where(e => e.Origin is not null).GroupBy(e => e.Origin!).OrderBy(g => g.Key, StringComparer.Ordinal)
                .SelectMany(g => SlowFeatures.ChangePoints(view, g).Select(tick => (Airport: g.Key, Tick: tick, Features: SlowFeatures.At(view, [.. g], tick)))).ToList();
            Assert.Equal(expected.Select(e => (e.Airport, e.Tick)), rows.Select(r => ((string)r[0]!, Microseconds((DateTime)r[1]!))));
            for (var i = 0; i < rows.Count; i++)
                SlowFeatures.AssertSame(view, expected[i].Features, [.. rows[i][2..].Select(v => v is null ? double.NaN : (double)v)], $"of {expected[i].Airport} at {expected[i].Tick}");
        }, iter: 20, threads: 1);
    }

    [Fact]
    public async Task A_history_is_computed_once_and_has_its_source_upstream()
    {
        await using var platform = await FeaturesTest.StartAsync();
        await platform.ApplyAsync("departures", SlowFeatures.View());
        var source = await platform.WriteEventsAsync([new(Event.Start, "ATL", 5, 1, false)]);
        var histories = platform.Get<IFeatureHistories>();
        var first = await histories.GetAsync(FeaturesTest.Ada, "departures");
        var again = await histories.GetAsync(FeaturesTest.Ada, "departures", source.Version.Id);
        Assert.Equal(first.Table.Version.Id, again.Table.Version.Id);
        Assert.Equal(1, first.Table.Version.Number);

        await platform.WriteEventsAsync([new(Event.Start, "ATL", 5, 1, false), new(Event.Start, "BOS", 5, 1, false)]);
        var grown = await histories.GetAsync(FeaturesTest.Ada, "departures");
        Assert.NotEqual(first.Table.Version.Id, grown.Table.Version.Id);
        var run = await platform.Get<Ledger.Runs.IRuns>().GetAsync(FeaturesTest.Ada, grown.Table.Version.Run!.Value);
        Assert.Equal(("materialize", Ledger.Runs.RunStatus.Finished), (run.Kind, run.Status));
        var lineage = await platform.Get<Ledger.Lineage.ILineage>().WalkAsync(
            FeaturesTest.Ada, Ledger.Lineage.LineageNodeId.Of(grown.Table.Version.Id), Ledger.Lineage.LineageDirection.Upstream);
        Assert.Contains(lineage.Nodes, n => n.Label == "dataset/flights:2");
        Assert.Contains(lineage.Nodes, n => n.Label == "feature-view/departures:1");
    }

    [Fact]
    public async Task Another_time_to_live_needs_no_new_history_but_another_window_does()
    {
        await using var platform = await FeaturesTest.StartAsync();
        var histories = platform.Get<IFeatureHistories>();
        await platform.WriteEventsAsync([new(Event.Start, "ATL", 5, 1, false)]);
        await platform.ApplyAsync("departures", SlowFeatures.View());
        var first = await histories.GetAsync(FeaturesTest.Ada, "departures");
        await platform.ApplyAsync("departures", SlowFeatures.View(ttl: TimeSpan.FromDays(7)));
        Assert.Equal(first.Table.Version.Id, (await histories.GetAsync(FeaturesTest.Ada, "departures")).Table.Version.Id);
        await platform.ApplyAsync("departures", SlowFeatures.View() with { Features = [new("n", Aggregate.Count, Window: 2 * SlowFeatures.Hour)] });
        Assert.NotEqual(first.Table.Version.Id, (await histories.GetAsync(FeaturesTest.Ada, "departures")).Table.Version.Id);
    }

    [Fact]
    public async Task A_view_that_does_not_fit_its_source_says_where_and_what_is_near()
    {
        await using var platform = await FeaturesTest.StartAsync();
        await platform.WriteEventsAsync([new(Event.Start, "ATL", 5, 1, false)]);
        await platform.ApplyAsync("departures", new FeatureViewSpec(
            [new("airport", "orign"), new("miles", "distance")], "flights",
            [new("a", Aggregate.Mean, "dely", SlowFeatures.Hour), new("b", Aggregate.Sum, "origin", SlowFeatures.Hour), new("c", Aggregate.Count, Window: SlowFeatures.Hour, Where: "delay")],
            Timestamp: "delay"));
        var error = await Assert.ThrowsAsync<InvalidException>(() => platform.Get<IFeatureHistories>().GetAsync(FeaturesTest.Ada, "departures"));
        Assert.Equal(["entity/0", "entity/1", "features/0/column", "features/1/column", "features/2/where", "timestamp"], error.Errors.Keys.Order());
        Assert.Contains("did you mean 'delay'", error.Errors["features/0/column"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Integers_and_booleans_can_be_entities()
    {
        await using var platform = await FeaturesTest.StartAsync();
        await platform.WriteEventsAsync([new(Event.Start, "ATL", -5, 1, false), new(Event.Start, "ATL", 7, 1, true)]);
        await platform.ApplyAsync("v", new FeatureViewSpec([new("d", "delay"), new("l", "late")], "flights", [new("n", Aggregate.Count, Window: SlowFeatures.Hour)]));
        var history = await platform.Get<IFeatureHistories>().GetAsync(FeaturesTest.Ada, "v");
        Assert.Equal([("-5", "false", 1.0), ("-5", "false", 0.0), ("7", "true", 1.0), ("7", "true", 0.0)],
            platform.Rows(history.Table).Select(r => ((string)r[0]!, (string)r[1]!, (double)r[3]!)));
    }

    [Fact]
    public void The_standard_deviation_keeps_its_digits_beside_a_large_mean()
    {
        var spec = new FeatureViewSpec([new("e", "e")], "s", [new("x", Aggregate.Std, "x", SlowFeatures.Hour)]);
        var plan = FeatureViewPlan.Of("v", spec);
        var bucket = new double[plan.Slots.Count];
        Windows.Buckets.Clear(plan, bucket);
        foreach (var value in new double[] { 50_000_000, 50_000_001, 50_000_003 })
            Windows.Buckets.Add(plan, bucket, [value], 0);
        // Python: statistics.stdev([50000000, 50000001, 50000003]) = 1.5275252316519468; with rounded products it would be 1.6329931618554520.
        Assert.Equal(1.5275252316519468, Windows.Buckets.Read(plan.Features[0], bucket), 15);
    }

    private static long Microseconds(DateTime time) => (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
