using Orrery.Monitoring.Drift;
using Orrery.Monitoring.Windows;
using Orrery.Tests;
using Xunit;

namespace Orrery.Monitoring.Tests.Windows;

/// <summary>Windows follow event time alone.</summary>
public sealed class WindowTests
{
    private static readonly DateTimeOffset Monday = Streams.Start;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task A_window_closes_when_the_watermark_passes_its_end_and_settles_after_the_wait_for_labels()
    {
        await using var world = await World.StartAsync();
        await world.LiveAsync(Monday, Day, 1000);
        await world.CatchUpAsync();
        Assert.Equal(WindowState.Open, Assert.Single(await world.WindowsAsync()).State);

        await world.PassAsync(Monday + Day);
        await world.CatchUpAsync();
        var closed = (await world.WindowsAsync())[0];
        Assert.Equal((WindowState.Closed, 1000L), (closed.State, closed.Predictions));
        Assert.True(closed.Drift!.Judged);
        Assert.Null(closed.Performance);

        await world.PassAsync(Monday + 2 * Day);
        await world.CatchUpAsync();
        var settled = (await world.WindowsAsync())[0];
        Assert.Equal((WindowState.Settled, 1000L, 0L), (settled.State, settled.Labels, settled.LateLabels));
        Assert.True(settled.Performance!.Judged);
        Assert.Equal(1000, settled.Performance.Rows);
    }

    [Fact]
    public async Task Lateness_keeps_a_window_open_for_those_who_are_slow()
    {
        await using var world = await World.StartAsync("""{"lateness": "2h"}""");
        await world.LiveAsync(Monday, Day, 600);
        await world.PassAsync(Monday + Day + TimeSpan.FromHours(1));
        await world.LiveAsync(Monday + TimeSpan.FromHours(23), TimeSpan.FromHours(1), 10);
        await world.CatchUpAsync();
        Assert.Equal((WindowState.Open, 610L), ((await world.WindowsAsync())[0].State, (await world.WindowsAsync())[0].Predictions));

        await world.PassAsync(Monday + Day + TimeSpan.FromHours(2));
        await world.LiveAsync(Monday, Day, 5);
        await world.CatchUpAsync();
        Assert.Equal((WindowState.Closed, 610L), ((await world.WindowsAsync())[0].State, (await world.WindowsAsync())[0].Predictions));
        Assert.Equal(5, (await world.Monitors.StatusAsync(World.Ada, "flights")).Late);
    }

    [Fact]
    public async Task Labels_after_the_wait_are_counted_and_not_judged()
    {
        await using var world = await World.StartAsync("""{"labels": {"wait": "12h"}}""");
        await world.LiveAsync(Monday, Day, 600);
        await world.LiveAsync(Monday, Day, 50, new() { LabelDelay = TimeSpan.FromDays(3) });
        await world.PassAsync(Monday + 2 * Day);
        await world.CatchUpAsync();
        await world.LiveAsync(Monday + 2 * Day, TimeSpan.FromHours(1), 1);
        await world.CatchUpAsync();
        var window = (await world.WindowsAsync())[0];
        Assert.Equal((650L, 600L, 50L, 600L), (window.Predictions, window.Labels, window.LateLabels, window.Performance!.Rows));
    }

    [Fact]
    public async Task A_label_for_a_settled_window_is_late()
    {
        await using var world = await World.StartAsync("""{"labels": {"wait": "0s"}}""");
        var ids = await world.LiveAsync(Monday, Day, 600, new() { Labelled = false });
        await world.PassAsync(Monday + Day);
        await world.CatchUpAsync();
        var labels = new Platform.Signals.SignalBatch(Platform.Signals.LabelStream.Schema);
        foreach (var id in ids.Take(7))
            labels.Label(Monday + 5 * Day, id, 1);
        await world.Platform.Signals.Labels(World.Endpoint).AppendAsync(labels);
        await world.CatchUpAsync();
        var window = (await world.WindowsAsync())[0];
        Assert.Equal((WindowState.Settled, 0L, 7L), (window.State, window.Labels, window.LateLabels));
        Assert.Equal("0 labels came in time; 500 are needed", window.Performance!.Note);
    }

    [Fact]
    public async Task Spans_without_predictions_have_no_window_and_small_ones_are_not_judged()
    {
        await using var world = await World.StartAsync();
        await world.LiveAsync(Monday, Day, 600);
        await world.LiveAsync(Monday + 5 * Day, Day, 20);
        await world.PassAsync(Monday + 9 * Day);
        await world.CatchUpAsync();
        var windows = await world.WindowsAsync();
        Assert.Equal([Monday, Monday + 5 * Day, Monday + 9 * Day], windows.Select(w => w.Start));
        Assert.Equal((false, "20 predictions came; 500 are needed"), (windows[1].Drift!.Judged, windows[1].Drift!.Note));
    }

    [Fact]
    public async Task Weeks_begin_on_Mondays()
    {
        await using var world = await World.StartAsync("""{"window": "7d"}""");
        await world.LiveAsync(Monday + 3 * Day, Day, 10);
        await world.CatchUpAsync();
        var window = Assert.Single(await world.WindowsAsync());
        Assert.Equal((Monday, Monday + 7 * Day), (window.Start, window.End));
    }

    [Fact]
    public async Task A_version_that_took_over_has_a_window_of_its_own_and_its_own_reference()
    {
        await using var world = await World.StartAsync();
        await world.TrainAsync(5000, mean: 3);
        await world.LiveAsync(Monday, Day / 2, 800);
        await world.LiveAsync(Monday + Day / 2, Day / 2, 800, new() { Version = 2, Mean = 3 });
        await world.PassAsync(Monday + Day);
        await world.CatchUpAsync();
        var windows = (await world.WindowsAsync()).Where(w => w.Start == Monday).ToList();
        Assert.Equal([1, 2], windows.Select(w => w.Version).Order());
        Assert.All(windows, window => Assert.False(window.Drift!.Breached));
    }

    [Fact]
    public async Task A_challenger_is_judged_by_all_that_it_scored_and_the_champion_by_what_callers_got()
    {
        await using var world = await World.StartAsync();
        await world.TrainAsync(600);
        await world.LiveAsync(Monday, Day, 700);
        await world.LiveAsync(Monday, Day, 100, new() { Served = false });
        await world.LiveAsync(Monday, Day, 550, new() { Arm = "challenger", Version = 2, Served = false });
        await world.PassAsync(Monday + 2 * Day);
        await world.CatchUpAsync();
        var windows = (await world.WindowsAsync(null)).Where(w => w.Start == Monday).ToList();
        Assert.Equal(700, windows.Single(w => w.Arm == WindowKey.Champion).Performance!.Rows);
        var challenger = windows.Single(w => w.Arm == "challenger");
        Assert.Equal((550L, (WindowDrift?)null), (challenger.Performance!.Rows, challenger.Drift));
        Assert.Equal(2, challenger.Version);
    }

    [Fact]
    public async Task However_often_it_catches_up_and_restarts_it_finds_the_same()
    {
        var atOnce = await FindAsync(restarts: false);
        var bitByBit = await FindAsync(restarts: true);
        Assert.Equal(atOnce.Windows, bitByBit.Windows);
        Assert.Equal(atOnce.Alerts, bitByBit.Alerts);
        Assert.NotEmpty(atOnce.Alerts);
    }

    [Fact]
    public async Task Another_length_cuts_the_history_anew_and_alerts_about_none_of_it_again()
    {
        await using var world = await World.StartAsync("""{"labels": {"wait": "1h"}}""");
        for (var day = 0; day < 4; day++)
            await world.LiveAsync(Monday + day * Day, Day, 800, new() { Mean = day >= 2 ? 2 : 0 });
        await world.CatchUpAsync();
        var before = await world.AlertsAsync();
        Assert.NotEmpty(before);
        await world.ApplyAsync("""{"window": "12h", "drift": {"minSample": 300}}""");
        await world.CatchUpAsync();
        Assert.Equal(8, (await world.WindowsAsync()).Count);
        Assert.Equal(before.Select(a => a.Id), (await world.AlertsAsync()).Select(a => a.Id));
    }

    [Fact]
    public async Task A_prediction_from_the_far_future_closes_nothing()
    {
        await using var world = await World.StartAsync();
        await world.LiveAsync(Monday, Day / 2, 600);
        await world.PassAsync(TimeProvider.System.GetUtcNow().AddYears(10));
        await world.LiveAsync(Monday + Day / 2, Day / 2, 600);
        await world.CatchUpAsync();
        Assert.Equal((WindowState.Open, 1200L), (Assert.Single(await world.WindowsAsync()).State, (await world.WindowsAsync())[0].Predictions));
        Assert.Equal(1, (await world.Monitors.StatusAsync(World.Ada, "flights")).Future);
    }

    private static async Task<(List<string> Windows, List<string> Alerts)> FindAsync(bool restarts)
    {
        using var folder = new TempFolder();
        var world = await World.StartAsync(folder: folder);
        for (var day = 0; day < 6; day++)
        {
            await world.LiveAsync(Monday + day * Day, Day, 700, new() { Mean = day > 3 ? 1.5 : 0, Inverted = day > 3 });
            if (!restarts)
                continue;
            await world.CatchUpAsync();
            if (day % 2 == 1)
                world = await world.RestartAsync(folder);
        }

        await world.CatchUpAsync();
        var windows = (await world.WindowsAsync()).Select(w => System.Text.Json.JsonSerializer.Serialize(w, Ledger.LedgerJson.Options)).ToList();
        var alerts = (await world.AlertsAsync()).Select(a => $"{a.Id} {a.Message}").ToList();
        var streamed = (await world.Platform.Signals.ReadAllAsync("alerts")).Sum(b => b.Count);
        Assert.Equal(alerts.Count, streamed);
        await world.DisposeAsync();
        return (windows, alerts);
    }
}
