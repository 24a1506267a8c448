using System.Text.Json;
using Orrery.Client;

namespace Orrery.Cli.Demo.Steps;

/// <summary>Runs the pipeline for the first time: training set, tuning, training, gate, deployment.</summary>
internal sealed class TrainStep : IDemoStep
{
    public string Name => "train";

    public string Title => "Train";

    public string Sentence => "a point-in-time training set, a baseline, a tuned model; every run tracked";

    public async Task<bool> RunAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var (orrery, story) = (context.Orrery, context.Story);
        var first = await FindFirstAsync(orrery, cancellationToken);
        if (first is not null)
            story.Fact($"the pipeline has run already; this is what it made then");
        else
            first = (await orrery.Pipelines.StartAsync("train-flights", context.Options.TrainingParameters, cancellationToken)).Run;
        var status = await PipelineWatch.UntilEndAsync(orrery, first.Id, cancellationToken);
        if (status.Run.Status != "finished")
        {
            story.Verdict(false, $"the pipeline {status.Run.Status}: {status.Run.Error}");
            return false;
        }

        Tell(context, status);
        return true;
    }

    private static async Task<PipelineRun?> FindFirstAsync(OrreryClient orrery, CancellationToken cancellationToken) =>
        (await orrery.Pipelines.ListAsync("train-flights", cancellationToken: cancellationToken)).Items.LastOrDefault(run => run.Trigger.Kind == "manual" && run.Status != "failed");

    private static void Tell(DemoContext context, PipelineStatus status)
    {
        var story = context.Story;
        var train = status.Step("train");
        var rows = status.Step("examples").Facts["rows"].GetInt64();
        story.Fact($"training set of [bold]{rows:N0}[/] flights, each with what was known at its departure");
        story.Fact($"baseline (logistic regression): AUC {Figure(train, "baseline.test.auc"):0.000}, log loss {Figure(train, "baseline.test.logloss"):0.000}");
        story.Fact($"LightGBM, tuned: AUC [bold]{Figure(train, "test.auc"):0.000}[/], log loss {Figure(train, "test.logloss"):0.000}, calibration error {Figure(train, "test.ece"):0.000}, on {Figure(train, "test.rows"):N0} later flights");
        story.Fact($"its run has the pictures (ROC, PR, calibration, SHAP): [link]{context.Orrery.Server}runs/{train.Facts["run"].GetString()}[/]");
        context.Keep("rows", rows);
        context.Keep("auc", Figure(train, "test.auc"));
        context.Keep("logloss", Figure(train, "test.logloss"));
        context.Keep("ece", Figure(train, "test.ece"));
        context.Keep("baselineAuc", Figure(train, "baseline.test.auc"));
        context.Keep("run", train.Facts["run"].GetString());
    }

    /// <summary>A figure of a step; NaN where it has none.</summary>
    internal static double Figure(StepState step, string name) =>
        step.Facts.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN;
}
