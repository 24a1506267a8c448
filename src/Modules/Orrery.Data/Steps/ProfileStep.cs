using System.Text.Json;
using Orrery.Data.Datasets;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Runs;
using Orrery.Pipelines.Steps;
using Orrery.Platform.Blobs;

namespace Orrery.Data.Steps;

/// <summary>What <c>kind: profile</c> takes.</summary>
/// <param name="Dataset">The dataset, or the name of the step's input; the input <c>dataset</c> where it is left out.</param>
internal sealed record ProfileStepSpec(string? Dataset = null);

/// <summary>Profiles a dataset version and keeps the profile on the run.</summary>
internal sealed class ProfileStep(IDatasets datasets, IAssets assets, IRuns runs, IBlobStore blobs) : StepKind<ProfileStepSpec>("profile")
{
    // A cached step's key knows the inputs that it is given, not the latest version that a name stands for.
    public override bool Cacheable => false;

    protected override async Task<StepResult> RunAsync(StepContext context, ProfileStepSpec spec, CancellationToken cancellationToken)
    {
        var version = (await context.FindAsync(assets, "dataset", spec.Dataset, AssetKind.Dataset, cancellationToken)).Id;
        var profile = await datasets.ProfileAsync(context.Caller, version, cancellationToken);
        var blob = await blobs.PutAsync(JsonSerializer.SerializeToUtf8Bytes(profile, LedgerJson.Options), cancellationToken);
        await runs.LogAsync(context.Caller, context.Run, new RunLog
        {
            Inputs = [new(version, "dataset")],
            Artifacts = [new("profile.json", blob, "application/json")],
        }, cancellationToken);
        return new(
            new Dictionary<string, VersionId> { ["dataset"] = version },
            new Dictionary<string, JsonElement>
            {
                ["rows"] = JsonSerializer.SerializeToElement(profile.Rows, LedgerJson.Options),
                ["missing"] = JsonSerializer.SerializeToElement(profile.Columns.Sum(c => c.Missing), LedgerJson.Options),
            });
    }
}
