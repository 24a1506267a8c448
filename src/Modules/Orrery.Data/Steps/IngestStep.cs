using System.Text.Json;
using Orrery.Data.Ingestion;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Pipelines.Steps;
using Orrery.Platform.Blobs;

namespace Orrery.Data.Steps;

/// <summary>What <c>kind: ingest</c> takes: a source, and either a file on the server or an upload.</summary>
/// <param name="Source">The source's name.</param>
internal sealed record IngestStepSpec(string Source)
{
    /// <summary>A path below one of the folders in <see cref="DataOptions.FileRoots"/>.</summary>
    public string? File { get; init; }

    /// <summary>The digest that an upload was answered with.</summary>
    public Digest? Upload { get; init; }

    /// <summary>What becomes of the rows that the dataset has already.</summary>
    public IngestMode Mode { get; init; }
}

/// <summary>Ingests a file; its output <c>dataset</c> is the version with the file's rows.</summary>
internal sealed class IngestStep(IIngestion ingestion, IBlobStore blobs, AllowedFiles files) : StepKind<IngestStepSpec>("ingest")
{
    // A file on the server changes without the step's key changing; the ingestion itself does nothing twice.
    public override bool Cacheable => false;

    protected override async Task<StepResult> RunAsync(StepContext context, IngestStepSpec spec, CancellationToken cancellationToken)
    {
        await using var content = await OpenAsync(spec, cancellationToken);
        var name = spec.File is null ? spec.Upload!.Value.Short : Path.GetFileName(spec.File);
        var progress = new StepBytes(context.Report);
        var result = await ingestion.IngestAsync(context.Caller, new(spec.Source, name, spec.Mode, context.Run, progress), content, cancellationToken);
        if (result.Outcome == IngestOutcome.Refused)
            throw IngestRefusal.Of(result);
        return new(
            new Dictionary<string, VersionId> { ["dataset"] = result.Version!.Id },
            new Dictionary<string, JsonElement>
            {
                ["outcome"] = Fact(result.Outcome),
                ["rowsRead"] = Fact(result.RowsRead),
                ["rowsAdded"] = Fact(result.RowsAdded),
                ["rowsQuarantined"] = Fact(result.RowsQuarantined),
            });
    }

    private async Task<Stream> OpenAsync(IngestStepSpec spec, CancellationToken cancellationToken) => spec switch
    {
        { File: { } file, Upload: null } => files.Open(file),
        { File: null, Upload: { } upload } => await blobs.OpenAsync(upload, cancellationToken),
        _ => throw new InvalidException("An ingest step takes either 'file' or 'upload'."),
    };

    private static JsonElement Fact<T>(T value) => JsonSerializer.SerializeToElement(value, LedgerJson.Options);

    private sealed class StepBytes(IProgress<StepProgress> report) : IProgress<IngestProgress>
    {
        public void Report(IngestProgress value) => report.Report(new(value.Bytes, value.TotalBytes, "bytes"));
    }
}
