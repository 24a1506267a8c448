using System.Globalization;
using Orrery.Data.Datasets;
using Orrery.Data.Datasets.Storage;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Platform.Blobs;

namespace Orrery.Data.Ingestion;

/// <summary>Writes what an ingestion found to its run.</summary>
internal sealed class IngestRecord(IRuns runs, IBlobStore blobs, TimeProvider time)
{
    /// <summary>The media type that Apache registered for Parquet.</summary>
    private const string ParquetMediaType = "application/vnd.apache.parquet";

    public Task StartAsync(Caller caller, RunId run, IngestRequest request, Upload upload, AssetVersion source, Dataset? before, CancellationToken cancellationToken) =>
        runs.LogAsync(caller, run, new RunLog
        {
            Parameters = new Dictionary<string, string>
            {
                ["source"] = request.Source,
                ["file"] = request.FileName,
                ["content"] = upload.Content.ToString(),
                ["bytes"] = upload.Bytes.ToString(CultureInfo.InvariantCulture),
            },
            Inputs = [new(source.Id, "source"), .. before is null ? Array.Empty<RunInput>() : [new(before.Version.Id, "base")]],
        }, cancellationToken);

    public async Task QuarantineAsync(Caller caller, RunId run, ScratchFolder scratch, StagedBatch batch, Quarantine quarantine, CancellationToken cancellationToken)
    {
        var path = scratch.File(Quarantine.ArtifactPath);
        await quarantine.WriteAsync(batch, path, cancellationToken);
        var blob = await blobs.PutFileAsync(path, cancellationToken);
        await runs.LogAsync(caller, run, new RunLog { Artifacts = [new(Quarantine.ArtifactPath, blob, ParquetMediaType)] }, cancellationToken);
    }

    /// <summary>Ends the run with an error. What is no refusal is named by its kind alone: its message may hold what is not for the reader.</summary>
    public Task FailAsync(Caller caller, RunId run, Exception error) => runs.FinishAsync(
        caller, run, error is OperationCanceledException ? RunStatus.Cancelled : RunStatus.Failed,
        error is OrreryException ? error.Message : error.GetType().Name, cancellationToken: CancellationToken.None);

    public Task MetricsAsync(Caller caller, RunId run, long read, long added, long quarantined, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return runs.LogAsync(caller, run, new RunLog
        {
            Metrics = [new("rows.read", read, 0, now), new("rows.added", added, 0, now), new("rows.quarantined", quarantined, 0, now)],
        }, cancellationToken);
    }
}
