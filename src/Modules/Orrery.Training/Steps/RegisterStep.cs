using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Runs;
using Orrery.Pipelines.Steps;

namespace Orrery.Training.Steps;

/// <summary>What a <c>register</c> step does.</summary>
/// <param name="Model">The model: an input of the step, a name or a reference.</param>
/// <param name="Alias">The alias that is to point at it: <c>challenger</c>, <c>champion</c> …</param>
public sealed record RegisterStepSpec(string Model, string Alias);

/// <summary>The step <c>register</c>: points an alias at a model version. Its fact <c>previous</c> is the version it pointed at before.</summary>
internal sealed class RegisterStep(IAssets assets, IRuns runs) : StepKind<RegisterStepSpec>("register")
{
    public override bool Cacheable => false; // it acts on the world

    protected override async Task<StepResult> RunAsync(StepContext context, RegisterStepSpec spec, CancellationToken cancellationToken)
    {
        if (!AssetRef.IsName(spec.Alias))
            throw new InvalidException($"'{spec.Alias}' cannot be an alias.");
        var model = await context.FindAsync(assets, "model", spec.Model, AssetKind.Model, cancellationToken);
        await runs.LogAsync(context.Caller, context.Run, new() { Inputs = [new(model.Id, "model")] }, cancellationToken);
        var previous = await assets.SetAliasAsync(context.Caller, model.Ref, spec.Alias, cancellationToken);
        return new(new Dictionary<string, VersionId> { ["model"] = model.Id }, new Dictionary<string, JsonElement>
        {
            ["version"] = JsonSerializer.SerializeToElement(model.Number, LedgerJson.Options),
            ["previous"] = JsonSerializer.SerializeToElement(previous?.Number, LedgerJson.Options),
        });
    }
}
