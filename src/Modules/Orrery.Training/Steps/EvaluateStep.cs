using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Runs;
using Orrery.Pipelines.Steps;
using Orrery.Training.Evaluation;

namespace Orrery.Training.Steps;

/// <summary>What an <c>evaluate</c> step does.</summary>
/// <param name="Model">The model: an input of the step, a name or a reference such as <c>model/flights@champion</c>.</param>
/// <param name="Dataset">The labelled dataset: an input of the step, a name or a reference.</param>
/// <param name="Label">Its column of labels.</param>
/// <param name="Prefix">What the facts' names begin with.</param>
public sealed record EvaluateStepSpec(string Model, string Dataset, string Label, string Prefix = "evaluation");

/// <summary>The step <c>evaluate</c>: a model's metrics on all rows of a dataset, through its ONNX graph. Its facts are the metrics.</summary>
internal sealed class EvaluateStep(DatasetEvaluation evaluation, IAssets assets, IRuns runs, TimeProvider time) : StepKind<EvaluateStepSpec>("evaluate")
{
    public override bool Cacheable => false; // as for the step 'train': names stand for what is latest

    protected override async Task<StepResult> RunAsync(StepContext context, EvaluateStepSpec spec, CancellationToken cancellationToken)
    {
        var model = await context.FindAsync(assets, "model", spec.Model, AssetKind.Model, cancellationToken);
        var dataset = await context.FindAsync(assets, "dataset", spec.Dataset, AssetKind.Dataset, cancellationToken);
        var scored = await evaluation.ScoreAsync(context.Caller, model, dataset.Id, spec.Label, cancellationToken);
        var evidence = scored.Evidence(spec.Prefix).ToList();
        await runs.LogAsync(context.Caller, context.Run, new()
        {
            Inputs = [new(model.Id, "model"), new(dataset.Id, "dataset")],
            Metrics = [.. evidence.Select(e => new MetricPoint(e.Key, e.Value, 0, time.GetUtcNow()))],
        }, cancellationToken);
        return new(new Dictionary<string, VersionId>(), evidence.ToDictionary(e => e.Key, e => JsonSerializer.SerializeToElement(e.Value, LedgerJson.Options)));
    }
}
