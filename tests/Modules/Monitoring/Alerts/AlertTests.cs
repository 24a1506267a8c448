using Orrery.Kernel;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Lineage;
using Orrery.Monitoring.Alerts;
using Orrery.Monitoring.Drift;
using Orrery.Monitoring.Monitors;
using Orrery.Platform.Signals;
using Xunit;

namespace Orrery.Monitoring.Tests.Alerts;

public sealed class AlertTests
{
    private const string Brief = """{"labels": {"wait": "2h"}}""";
    private static readonly DateTimeOffset Monday = Streams.Start;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task Stationary_days_raise_no_alert()
    {
        await using var world = await World.StartAsync();
        await DaysAsync(world, 12);
        Assert.Empty(await world.AlertsAsync());
        var status = await world.Monitors.StatusAsync(World.Ada, "flights");
        Assert.Equal((MonitorHealth.Healthy, 0), (status.Health, status.OpenAlerts));
        Assert.All(await world.WindowsAsync(), window => Assert.NotEqual(true, window.Performance?.Breached));
    }

    [Fact]
    public async Task A_shift_of_an_input_is_told_with_its_figures()
    {
        await using var world = await World.StartAsync(Brief);
        await DaysAsync(world, 2);
        await DaysAsync(world, 1, from: 2, new() { Mean = 1 });
        await world.PassAsync(Monday + 3 * Day);
        await world.CatchUpAsync();
        var alert = Assert.Single(await world.AlertsAsync());
        var drift = (await world.WindowsAsync())[2].Drift!.Features.Single(f => f.Drifted);
        Assert.Equal((AlertKind.Drift, "delay", 0.2), (alert.Kind, alert.Measure, alert.Threshold));
        Assert.Equal(drift.Distance, alert.Value, 1e-12);
        Assert.Equal((Monday + 2 * Day, Monday + 3 * Day, Monday + 3 * Day), (alert.WindowStart, alert.WindowEnd, alert.Time));
        Assert.Equal(
            FormattableString.Invariant($"1 of 3 features of flights drifted in the day of 7 February 2001 (n=800) against dataset/flights-training:1; most of all delay (PSI {drift.Distance:0.00#})."),
            alert.Message);
        Assert.Equal(MonitorHealth.Drifting, (await world.Monitors.StatusAsync(World.Ada, "flights")).Health);
    }

    [Fact]
    public async Task A_model_that_errs_is_told_with_its_figures()
    {
        await using var world = await World.StartAsync(Brief);
        await DaysAsync(world, 1, traffic: new() { Inverted = true });
        await world.PassAsync(Monday + Day + TimeSpan.FromHours(2));
        await world.CatchUpAsync();
        var alert = Assert.Single(await world.AlertsAsync());
        var logLoss = (await world.WindowsAsync())[0].Performance!.Metrics.Single(m => m.Metric == PerformanceMetric.LogLoss);
        Assert.Equal((AlertKind.Performance, "logLoss"), (alert.Kind, alert.Measure));
        Assert.Equal(logLoss.Value, alert.Value, 1e-12);
        Assert.Equal(World.ReferenceLogLoss + 0.05, alert.Threshold, 1e-12);
        Assert.Equal(Monday + Day + TimeSpan.FromHours(2), alert.Time);
        Assert.StartsWith(FormattableString.Invariant($"Log loss of flights rose to {logLoss.Value:0.00#} in the day of 5 February 2001 (n=800, "), alert.Message, StringComparison.Ordinal);
        Assert.EndsWith(", from 0.53 on the test part of its training set (n=46,217); no feature drifted.", alert.Message, StringComparison.Ordinal);
        Assert.Equal(MonitorHealth.Degraded, (await world.Monitors.StatusAsync(World.Ada, "flights")).Health);
    }

    [Fact]
    public async Task The_score_is_compared_with_the_version_s_first_window()
    {
        await using var world = await World.StartAsync(Brief);
        await DaysAsync(world, 3);
        await world.CatchUpAsync();
        var windows = await world.WindowsAsync();
        Assert.DoesNotContain(windows[0].Drift!.Features, f => f.Feature == FeatureDrift.ScoreName);
        Assert.Contains("first window", windows[0].Drift!.Note, StringComparison.Ordinal);
        var score = windows[1].Drift!.Features.Single(f => f.Feature == FeatureDrift.ScoreName);
        Assert.False(score.Drifted);
        var histograms = await world.Monitors.HistogramsAsync(World.Ada, "flights", windows[1].Key);
        Assert.Equal(["delay", "carrier", FeatureDrift.ScoreName], histograms.Select(h => h.Feature));
        Assert.All(histograms, h => Assert.Equal((800, h.Reference.Count), (h.Window.Sum(), h.Window.Count)));
    }

    [Fact]
    public async Task An_alert_waits_for_as_many_windows_in_a_row_as_it_is_told_to()
    {
        await using var world = await World.StartAsync("""{"labels": {"wait": "2h"}, "alerts": {"consecutive": 3}}""");
        var means = new[] { 1.0, 1, 0, 1, 1, 1, 1 };
        for (var day = 0; day < means.Length; day++)
            await DaysAsync(world, 1, day, new() { Mean = means[day] });
        await world.LiveAsync(Monday + 7 * Day, Day, 10); // too few to judge: no end of the row
        await DaysAsync(world, 1, 8, new() { Mean = 1 });
        await world.PassAsync(Monday + 9 * Day);
        await world.CatchUpAsync();
        Assert.Equal([5, 6, 8], (await world.AlertsAsync()).Select(a => (a.WindowStart - Monday).Days));
    }

    [Fact]
    public async Task A_cooldown_keeps_the_same_finding_quiet_and_no_other()
    {
        await using var world = await World.StartAsync("""{"labels": {"wait": "2h"}, "alerts": {"cooldown": "3d"}}""");
        await DaysAsync(world, 7, traffic: new() { Mean = 1 });
        await DaysAsync(world, 1, from: 7, new() { Mean = 1, Inverted = true });
        await world.PassAsync(Monday + 9 * Day);
        await world.CatchUpAsync();
        var alerts = await world.AlertsAsync();
        Assert.Equal([0, 3, 6], alerts.Where(a => a.Kind == AlertKind.Drift).Select(a => (a.WindowStart - Monday).Days));
        Assert.Equal([7], alerts.Where(a => a.Kind == AlertKind.Performance).Select(a => (a.WindowStart - Monday).Days));
    }

    [Fact]
    public async Task An_alert_is_in_the_stream_once_and_in_the_lineage()
    {
        await using var world = await World.StartAsync(Brief);
        await DaysAsync(world, 2, traffic: new() { Mean = 1 });
        await world.PassAsync(Monday + 3 * Day);
        await world.CatchUpAsync();
        await world.CatchUpAsync();
        var alerts = await world.AlertsAsync();
        var batch = Assert.Single(await world.Platform.Signals.ReadAllAsync(AlertStream.Name));
        Assert.Equal(alerts.Select(a => a.Id), Enumerable.Range(0, batch.Count).Select(batch.IdAt));
        Assert.Equal(
            ("default", "flights", "flights", "drift", "delay", alerts[0].Message),
            (batch[AlertStream.Workspace].Text(0), batch[AlertStream.Source].Text(0), batch[AlertStream.Endpoint].Text(0), batch[AlertStream.Kind].Text(0),
                batch[AlertStream.Measure].Text(0), batch[AlertStream.Message].Text(0)));
        var graph = await world.Platform.Get<ILineage>().WalkAsync(World.Ada, LineageNodeId.Signal(AlertStream.Name, alerts[0].Id), LineageDirection.Upstream);
        Assert.Superset(new HashSet<string>(["endpoint/flights", "model/flights:1", "monitor/flights:1"]), graph.Nodes.Select(n => n.Label).ToHashSet());
    }

    [Fact]
    public async Task A_person_acknowledges_an_alert_once_and_the_audit_knows()
    {
        await using var world = await World.StartAsync(Brief);
        await DaysAsync(world, 1, traffic: new() { Mean = 1 });
        await world.PassAsync(Monday + Day);
        await world.CatchUpAsync();
        var alert = Assert.Single(await world.AlertsAsync());
        var seen = await world.Monitors.AcknowledgeAsync(World.Ada, alert.Id, "a storm");
        Assert.Equal((World.Ada.Actor, "a storm"), (seen.Acknowledgement!.Actor, seen.Acknowledgement.Note));
        Assert.Equal(seen, await world.Monitors.AcknowledgeAsync(World.Ada with { Actor = "user:bob" }, alert.Id, "me too"));
        Assert.Equal(0, (await world.Monitors.StatusAsync(World.Ada, "flights")).OpenAlerts);
        Assert.Empty((await world.Monitors.AlertsAsync(World.Ada, new(Acknowledged: false), new())).Items);
        Assert.Single((await world.Platform.Get<IAudit>().ListAsync(World.Ada, $"alert/{alert.Id}", new())).Items);
        await Assert.ThrowsAsync<NotFoundException>(() => world.Monitors.AcknowledgeAsync(World.Ada with { Workspace = "other" }, alert.Id));
    }

    [Fact]
    public async Task Lists_are_paged()
    {
        await using var world = await World.StartAsync(Brief);
        await DaysAsync(world, 5, traffic: new() { Mean = 1 });
        await world.CatchUpAsync();
        var (alerts, windows) = (new List<string>(), new List<DateTimeOffset>());
        for (PageRequest? page = new(2); page is not null;)
        {
            var found = await world.Monitors.AlertsAsync(World.Ada, new(), page);
            alerts.AddRange(found.Items.Select(a => a.Id));
            page = found.Next is { } next ? new(2, next) : null;
        }

        for (PageRequest? page = new(2); page is not null;)
        {
            var found = await world.Monitors.WindowsAsync(World.Ada, "flights", new(), page);
            windows.AddRange(found.Items.Select(w => w.Start));
            page = found.Next is { } next ? new(2, next) : null;
        }

        Assert.Equal((await world.AlertsAsync()).Select(a => a.Id).Reverse(), alerts);
        Assert.Equal(4, alerts.Count);
        Assert.Equal(Enumerable.Range(0, 5).Select(day => Monday + (4 - day) * Day), windows);
        Assert.Equal([Monday + Day], (await world.Monitors.WindowsAsync(World.Ada, "flights", new(From: Monday + Day, To: Monday + 2 * Day), new())).Items.Select(w => w.Start));
    }

    private static async Task DaysAsync(World world, int days, int from = 0, Traffic? traffic = null)
    {
        for (var day = from; day < from + days; day++)
            await world.LiveAsync(Monday + day * Day, Day, 800, traffic);
        await world.CatchUpAsync();
    }
}
