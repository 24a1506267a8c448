using System.Text.Json;
using Orrery.Features.TrainingSets;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Assets;
using Orrery.Pipelines.Steps;

namespace Orrery.Features.Steps;

/// <summary>What a <c>training-set</c> step does; as <see cref="TrainingSetRequest"/>.</summary>
/// <param name="Name">The dataset that it becomes.</param>
/// <param name="Service">The feature service.</param>
/// <param name="Spine">The dataset with one row for each example: an input of the step where there is one of that name, else an asset reference.</param>
/// <param name="Timestamp">The spine's column with the moment of the request.</param>
/// <param name="Labels">Columns to be learnt.</param>
/// <param name="From">Only rows at or after it.</param>
/// <param name="To">Only rows before it.</param>
/// <param name="Keep">Further columns to keep.</param>
internal sealed record TrainingSetSpec(
    string Name, string Service, string Spine, string Timestamp, IReadOnlyList<string> Labels, DateTimeOffset? From = null, DateTimeOffset? To = null,
    IReadOnlyList<string>? Keep = null);

/// <summary>The step <c>training-set</c>: a point-in-time join. Its output <c>dataset</c> is the training set.</summary>
internal sealed class TrainingSetStep(ITrainingSets sets, IAssets assets) : StepKind<TrainingSetSpec>("training-set")
{
    // The key of a cached step knows the inputs that are given to it, not the latest version that a name stands for.
    public override bool Cacheable => false;

    protected override async Task<StepResult> RunAsync(StepContext context, TrainingSetSpec spec, CancellationToken cancellationToken)
    {
        var spine = await context.FindAsync(assets, "spine", spec.Spine, AssetKind.Dataset, cancellationToken);
        var request = new TrainingSetRequest(spec.Name, spec.Service, spine.Ref, spec.Timestamp, spec.Labels)
        {
            From = spec.From,
            To = spec.To,
            Keep = spec.Keep ?? [],
        };
        var set = await sets.BuildAsync(context.Caller, request, context.Run, cancellationToken);
        return new(
            new Dictionary<string, VersionId> { ["dataset"] = set.Version.Id },
            new Dictionary<string, JsonElement> { ["rows"] = JsonSerializer.SerializeToElement(set.Manifest.Rows, LedgerJson.Options) });
    }
}
