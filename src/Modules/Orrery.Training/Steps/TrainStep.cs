using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Assets;
using Orrery.Pipelines.Steps;
using Orrery.Training.Train;

namespace Orrery.Training.Steps;

/// <summary>What a <c>train</c> step does.</summary>
/// <param name="Trainer">The trainer's name.</param>
/// <param name="TrainingSet">The dataset: an input of the step, a name or a reference; the trainer's own where it is left out.</param>
/// <param name="Set">What this training takes otherwise than the trainer says, laid over its spec: <c>tune: {trials: 3}</c>.</param>
public sealed record TrainStepSpec(string Trainer, string? TrainingSet = null, JsonElement? Set = null);

/// <summary>The step <c>train</c>. Its output <c>model</c> is the model version; its facts are the evidence, and the training's <c>run</c>.</summary>
internal sealed class TrainStep(ITrainer trainer, IAssets assets) : StepKind<TrainStepSpec>("train")
{
    // The key of a cached step knows neither the trainer's version nor the latest version of a dataset that is given by name.
    public override bool Cacheable => false;

    protected override async Task<StepResult> RunAsync(StepContext context, TrainStepSpec spec, CancellationToken cancellationToken)
    {
        var set = spec.TrainingSet is { } text ? await context.FindAsync(assets, "trainingSet", text, AssetKind.Dataset, cancellationToken) : null;
        var trained = await trainer.TrainAsync(context.Caller, new(spec.Trainer, set?.Id, context.Run, spec.Set), context.Report, cancellationToken);
        var facts = trained.Evidence.ToDictionary(e => e.Key, e => JsonSerializer.SerializeToElement(e.Value, LedgerJson.Options));
        facts["run"] = JsonSerializer.SerializeToElement(trained.Run.ToString(), LedgerJson.Options);
        return new(new Dictionary<string, VersionId> { ["model"] = trained.Model.Id }, facts);
    }
}
