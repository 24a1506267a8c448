using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Gates;
using Orrery.Ledger.Models;
using Orrery.Ledger.Runs;
using Orrery.Pipelines.Steps;

namespace Orrery.Training.Steps;

/// <summary>What a <c>gate</c> step does.</summary>
/// <param name="Gate">The gate's name.</param>
/// <param name="Model">The model: an input of the step, a name or a reference.</param>
public sealed record GateStepSpec(string Gate, string Model);

/// <summary>
/// The step <c>gate</c>: judges a model version by the evidence of its training. Its facts are <c>passed</c> and the <c>report</c>'s id;
/// whether the pipeline goes on is for the conditions of later steps. Its output <c>model</c> is the version that was judged.
/// </summary>
internal sealed class GateStep(IGates gates, IAssets assets, IRuns runs) : StepKind<GateStepSpec>("gate")
{
    public override bool Cacheable => false; // approvals may have come

    protected override async Task<StepResult> RunAsync(StepContext context, GateStepSpec spec, CancellationToken cancellationToken)
    {
        var model = await context.FindAsync(assets, "model", spec.Model, AssetKind.Model, cancellationToken);
        // What the clock measured stands with the run alone; the rest is part of the version.
        var evidence = new Dictionary<string, double>(model.Read<ModelManifest>().Metrics, StringComparer.Ordinal);
        if (model.Run is { } run)
        {
            foreach (var (name, value) in (await runs.GetAsync(context.Caller, run, cancellationToken)).Metrics)
                evidence[name] = value;
        }

        await runs.LogAsync(context.Caller, context.Run, new() { Inputs = [new(model.Id, "model")] }, cancellationToken);
        var report = await gates.EvaluateAsync(context.Caller, spec.Gate, model.Id, evidence, context.Run, cancellationToken);
        return new(new Dictionary<string, VersionId> { ["model"] = model.Id }, new Dictionary<string, JsonElement>
        {
            ["passed"] = JsonSerializer.SerializeToElement(report.Passed, LedgerJson.Options),
            ["report"] = JsonSerializer.SerializeToElement(report.Id, LedgerJson.Options),
            ["reasons"] = JsonSerializer.SerializeToElement(report.Rules.Select(r => r.Reason), LedgerJson.Options),
        });
    }
}
