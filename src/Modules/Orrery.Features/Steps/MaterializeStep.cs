using System.Text.Json;
using Orrery.Features.Offline;
using Orrery.Features.Streaming;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Runs;
using Orrery.Pipelines.Steps;

namespace Orrery.Features.Steps;

/// <summary>What a <c>materialize</c> step does.</summary>
/// <param name="Views">The feature views.</param>
/// <param name="Until">Online features up to the last tick at or before it; up to the last event of each source where it is left out. Histories cover all of it.</param>
internal sealed record MaterializeSpec(IReadOnlyList<string> Views, DateTimeOffset? Until = null);

/// <summary>The step <c>materialize</c>: computes the history of views and brings their online features up to date. Its outputs are the histories, by view.</summary>
internal sealed class MaterializeStep(IFeatureHistories histories, IFeatureStream stream, IRuns runs) : StepKind<MaterializeSpec>("materialize")
{
    // It writes to the online store, which a cached step would not.
    public override bool Cacheable => false;

    protected override async Task<StepResult> RunAsync(StepContext context, MaterializeSpec spec, CancellationToken cancellationToken)
    {
        var outputs = new Dictionary<string, VersionId>();
        var facts = new Dictionary<string, JsonElement>();
        foreach (var view in spec.Views)
        {
            var history = await histories.GetAsync(context.Caller, view, run: context.Run, cancellationToken: cancellationToken);
            outputs[view] = history.Table.Version.Id;
            var progress = await stream.MaterializeAsync(context.Caller, view, spec.Until, cancellationToken: cancellationToken);
            facts[view] = JsonSerializer.SerializeToElement(new { rows = history.Table.Manifest.Rows, progress.Watermark, progress.Updated }, LedgerJson.Options);
            await runs.LogAsync(context.Caller, context.Run, new() { Inputs = [new(history.Table.Version.Id, "features")] }, cancellationToken);
            context.Report.Report(new(outputs.Count, spec.Views.Count, "views"));
        }

        return new(outputs, facts);
    }
}
