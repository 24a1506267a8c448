using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Platform.Blobs;

namespace Orrery.Data.Expectations;

/// <summary>Keeps a validation's report on its run: as an artifact, and its figures as metrics.</summary>
internal sealed class ValidationRecord(IRuns runs, IBlobStore blobs, TimeProvider time)
{
    private const string ArtifactPath = "validation.json";

    public async Task WriteAsync(Caller caller, RunId run, AssetVersion suite, ValidationReport report, CancellationToken cancellationToken)
    {
        var blob = await blobs.PutAsync(JsonSerializer.SerializeToUtf8Bytes(report, LedgerJson.Options), cancellationToken);
        var now = time.GetUtcNow();
        await runs.LogAsync(caller, run, new RunLog
        {
            Inputs = [new(suite.Id, "suite")],
            Artifacts = [new(ArtifactPath, blob, "application/json")],
            Metrics =
            [
                new("expectations.met", report.Results.Count(r => r.Passed), 0, now),
                new("expectations.broken", report.Results.Count(r => !r.Passed), 0, now),
            ],
        }, cancellationToken);
    }
}
