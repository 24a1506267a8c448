using Orrery.Client;
using Orrery.Kernel;

namespace Orrery.Cli.Demo.Steps;

/// <summary>The alert's pipeline trains a challenger, which has to prove itself; then a mistake is deployed and caught.</summary>
internal sealed class HealStep : IDemoStep
{
    public string Name => "heal";

    public string Title => "Heal";

    public string Sentence => "a challenger is trained on all weeks so far and has to win on real requests";

    public async Task<bool> RunAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var replay = await FlightReplay.ResumeAsync(context, cancellationToken);
        return await ChallengeAsync(context, replay, cancellationToken) && await CatchMistakeAsync(context, replay, cancellationToken);
    }

    private static async Task<bool> ChallengeAsync(DemoContext context, FlightReplay replay, CancellationToken cancellationToken)
    {
        var (orrery, story) = (context.Orrery, context.Story);
        var run = await FindRetrainingAsync(context, cancellationToken);
        var status = await PipelineWatch.UntilEndAsync(orrery, run.Id, cancellationToken);
        if (status.Run.Status != "finished")
        {
            story.Verdict(false, $"the pipeline {status.Run.Status}: {status.Run.Error}");
            return false;
        }

        story.Fact($"{(run.Trigger.Kind == "signal" ? "the alert" : "no alert came, so the planned retraining")} started the pipeline: {status.Step("examples").Facts["rows"].GetInt64():N0} flights, test AUC {TrainStep.Figure(status.Step("train"), "test.auc"):0.000}");
        context.Keep("trigger", run.Trigger.Kind);
        if (status.Step("deploy").Status != "succeeded")
        {
            story.Fact($"the challenger did not pass its gate and answers nobody: {status.Step("deploy").Reason}");
            return true;
        }

        var canary = await DecideAsync(context, replay, (int)status.Step("deploy").Facts["version"].GetInt64(), context.Options.ProofBy, cancellationToken);
        if (canary.State == "running")
        {
            await orrery.Endpoints.RollBackAsync("flights", "the weeks of the demo end before the outcomes decide", cancellationToken);
            canary = await FindCanaryAsync(context, canary.Challenger, cancellationToken);
        }

        story.Fact($"10 % canary, {canary.Outcomes:N0} requests scored by both: Brier {canary.ChampionLoss:0.0000} → {canary.ChallengerLoss:0.0000}, difference in [[{canary.Lower:0.0000}, {canary.Upper:0.0000}]] at 95 %, valid at every look");
        story.Verdict(canary.State == "promoted", $"challenger {canary.Challenger} against champion {canary.Champion}: {canary.State}. {canary.Reason}");
        context.Keep("canary", canary);
        return true;
    }

    private static async Task<bool> CatchMistakeAsync(DemoContext context, FlightReplay replay, CancellationToken cancellationToken)
    {
        var (orrery, story) = (context.Orrery, context.Story);
        var past = (await orrery.Pipelines.ListAsync("train-flipped", cancellationToken: cancellationToken)).Items;
        var run = past.Count > 0 ? past[0] : (await orrery.Pipelines.StartAsync("train-flipped", cancellationToken: cancellationToken)).Run;
        var status = await PipelineWatch.UntilEndAsync(orrery, run.Id, cancellationToken);
        if (status.Run.Status != "finished" || status.Step("deploy").Status != "succeeded")
        {
            story.Verdict(false, $"the mistake was not deployed: {status.Run.Error ?? status.Step("deploy").Reason}");
            return false;
        }

        var version = (int)status.Step("deploy").Facts["version"].GetInt64();
        story.Fact($"then somebody trains on the wrong column (on time instead of late). By itself version {version} looks fine, AUC {TrainStep.Figure(status.Step("train"), "test.auc"):0.000}; its gate passes");
        var canary = await DecideAsync(context, replay, version, context.Options.CaughtBy, cancellationToken);
        story.Verdict(canary.State == "rolledBack", $"caught in the canary after {canary.Outcomes:N0} outcomes and rolled back by itself: {canary.Reason}");
        var endpoint = await orrery.Endpoints.GetAsync("flights", cancellationToken);
        story.Fact($"version {endpoint.Champion?.Number} answers");
        context.Keep("mistake", canary);
        context.Keep("champion", endpoint.Champion?.Number);
        return canary.State == "rolledBack" && endpoint.Champion?.Number != version;
    }

    /// <summary>The run that an alert started; where no alert came, a run that is started now, as a schedule would.</summary>
    private static async Task<PipelineRun> FindRetrainingAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var orrery = context.Orrery;
        var alerted = (await orrery.Monitors.AlertsAsync("flights", cancellationToken: cancellationToken)).Items.Any(alert => alert.Kind == "performance");
        while (true)
        {
            var runs = (await orrery.Pipelines.ListAsync("train-flights", cancellationToken: cancellationToken)).Items;
            if (runs.Count > 1)
                return runs[^2];
            if (!alerted)
                return (await orrery.Pipelines.StartAsync("train-flights", cancellationToken: cancellationToken)).Run;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken); // the trigger follows the stream of alerts
        }
    }

    /// <summary>Lives on until the canary of a version has ended.</summary>
    private static async Task<CanaryStatus> DecideAsync(DemoContext context, FlightReplay replay, int version, DateTimeOffset end, CancellationToken cancellationToken)
    {
        var canary = await FindCanaryAsync(context, version, cancellationToken);
        if (canary.State == "running" && replay.Now < end)
        {
            await context.Story.ProgressAsync("hours lived through", (end - replay.Now).TotalHours, async report =>
            {
                await replay.LiveAsync(end, async _ => (canary = await FindCanaryAsync(context, version, cancellationToken)).State != "running", report, cancellationToken);
                return true;
            });
        }

        return canary;
    }

    private static async Task<CanaryStatus> FindCanaryAsync(DemoContext context, int version, CancellationToken cancellationToken)
    {
        var endpoint = await context.Orrery.Endpoints.GetAsync("flights", cancellationToken);
        return endpoint.Canary is { } running && running.Challenger == version ? running : endpoint.Past.FirstOrDefault(past => past.Challenger == version)
            ?? throw new OrreryException(ErrorCode.Internal, $"The endpoint knows no canary of version {version}.");
    }
}
