using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Pipelines.Steps;

namespace Orrery.Search.Snapshots;

/// <summary>What <c>uses: snapshot</c> takes.</summary>
/// <param name="Collection">The collection, or an alias of it.</param>
/// <param name="Keep">How many of the snapshots that this pipeline took stay; older ones are removed. 1 to 1,000.</param>
internal sealed record SnapshotStepSpec(string Collection, int Keep = 7);

/// <summary>Takes a snapshot of a collection into the blob store: in a pipeline with a schedule, every night.</summary>
internal sealed class SnapshotStep(ISnapshots snapshots) : StepKind<SnapshotStepSpec>("snapshot")
{
    private const int MostKept = 1_000;

    /// <inheritdoc/>
    public override bool Cacheable => false;

    /// <inheritdoc/>
    protected override async Task<StepResult> RunAsync(StepContext context, SnapshotStepSpec spec, CancellationToken cancellationToken)
    {
        if (spec.Keep is < 1 or > MostKept)
            throw new InvalidException($"Expected to keep 1 to {MostKept} snapshots; got {spec.Keep}.");
        var taken = await snapshots.CreateAsync(context.Caller, spec.Collection, context.Pipeline, cancellationToken);
        // Those that people took, or other pipelines, are not ours to remove.
        var ours = (await snapshots.ListAsync(context.Caller, spec.Collection, cancellationToken)).Where(snapshot => snapshot.Pipeline == context.Pipeline).OrderByDescending(snapshot => snapshot.CreatedAt).ToList();
        foreach (var old in ours.Skip(spec.Keep))
            await snapshots.DeleteAsync(context.Caller, spec.Collection, old.Name, cancellationToken);
        return StepResult.None with
        {
            Facts = new Dictionary<string, JsonElement>
            {
                ["snapshot"] = JsonSerializer.SerializeToElement(taken.Name, LedgerJson.Options),
                ["bytes"] = JsonSerializer.SerializeToElement(taken.Length, LedgerJson.Options),
                ["removed"] = JsonSerializer.SerializeToElement(Math.Max(0, ours.Count - spec.Keep), LedgerJson.Options),
            },
        };
    }
}
