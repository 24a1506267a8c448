using Orrery.Client;

namespace Orrery.Cli.Demo.Steps;

/// <summary>Lives through the weeks after training until the monitor raises an alert.</summary>
internal sealed class LiveStep : IDemoStep
{
    public string Name => "live";

    public string Title => "Live on";

    public string Sentence => "the following weeks happen, hour by hour; a flight's truth comes when it has landed";

    public async Task<bool> RunAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var (orrery, story) = (context.Orrery, context.Story);
        var replay = await FlightReplay.ResumeAsync(context, cancellationToken);
        var end = context.Options.AlertBy;
        var before = (await orrery.Monitors.AlertsAsync("flights", cancellationToken: cancellationToken)).Items;
        if (before.Count == 0)
        {
            await story.ProgressAsync("hours lived through", (end - replay.Now).TotalHours, async report =>
            {
                await replay.LiveAsync(end, async _ => (await orrery.Monitors.AlertsAsync("flights", limit: 1, cancellationToken: cancellationToken)).Items.Any(IsPerformance), report, cancellationToken);
                return true;
            });
        }

        story.Fact($"until {replay.Now:dddd d MMMM yyyy}{(before.Count > 0 ? ", lived through already" : $": {replay.Predictions:N0} predictions, {replay.Labels:N0} labels")}");
        var join = await orrery.Monitors.CatchUpAsync("flights", cancellationToken);
        story.Fact($"the monitor has joined {join.Outcomes:N0} outcomes by prediction id");
        var alerts = (await orrery.Monitors.AlertsAsync("flights", cancellationToken: cancellationToken)).Items;
        foreach (var alert in alerts.Reverse())
            story.Fact($"[red]alert[/] {alert.Time:d MMMM}: {alert.Message}");
        if (alerts.Count == 0)
            story.Fact($"no alert in these weeks: nothing shifted enough");
        context.Keep("now", replay.Now);
        context.Keep("predictions", join.Predictions);
        context.Keep("labels", join.Labels);
        context.Keep("outcomes", join.Outcomes);
        context.Keep("alerts", alerts);
        return join.Outcomes > 0;
    }

    private static bool IsPerformance(MonitorAlert alert) => alert.Kind == "performance";
}
