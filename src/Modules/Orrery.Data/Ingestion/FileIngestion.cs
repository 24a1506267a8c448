using System.Globalization;
using Microsoft.Extensions.Options;
using Orrery.Data.Datasets;
using Orrery.Data.Datasets.Storage;
using Orrery.Data.Expectations;
using Orrery.Data.Expressions;
using Orrery.Data.Sources;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Platform.Analytics;
using Orrery.Platform.Blobs;

namespace Orrery.Data.Ingestion;

/// <summary>Ingestion from the bytes to the dataset's version: receive, read, judge, write.</summary>
internal sealed class FileIngestion(
    IResources resources, IRuns runs, IBlobStore blobs, AnalyticsEngine analytics, Sandbox sandbox, BatchLoader loader, BatchJudge judge,
    BatchSuite suites, DatasetStore datasets, DatasetAppend append, IngestRecord record, IOptions<DataOptions> options, TimeProvider time) : IIngestion
{
    private const int SampleRows = 20;

    public async Task<IngestResult> IngestAsync(Caller caller, IngestRequest request, Stream content, CancellationToken cancellationToken = default)
    {
        using var limit = new TimeLimit(time, options.Value.TimeLimit, cancellationToken);
        return await limit.RunAsync(async token =>
        {
            var source = await resources.GetAsync<SourceSpec>(caller, new AssetRef(AssetKind.Source, request.Source), token);
            using var scratch = new ScratchFolder(blobs.ScratchFolder);
            var upload = await Upload.ReceiveAsync(content, scratch.File("upload"), options.Value.MaxUploadBytes, token);
            return await IngestAsync(caller, request, source, scratch, upload, token);
        });
    }

    public async Task<Page<QuarantinedRow>> QuarantineAsync(Caller caller, RunId run, PageRequest page, CancellationToken cancellationToken = default)
    {
        var limit = page.CheckedLimit;
        var artifacts = await runs.ArtifactsAsync(caller, run, cancellationToken);
        var artifact = artifacts.FirstOrDefault(a => a.Path == Quarantine.ArtifactPath);
        if (artifact is null)
            return new([]);
        var offset = RowCursor.Read(page.Cursor);
        using var session = analytics.Open();
        var path = await blobs.LocalPathAsync(artifact.Content.Digest, cancellationToken);
        var rows = await Quarantine.ReadAsync(session, path, offset, limit + 1, cancellationToken);
        return RowCursor.Page(rows, offset, limit);
    }

    private async Task<IngestResult> IngestAsync(
        Caller caller, IngestRequest request, Resource<SourceSpec> source, ScratchFolder scratch, Upload upload, CancellationToken cancellationToken)
    {
        var origin = new FileOrigin(request.Source, upload.Content);
        var latest = await append.LatestAsync(caller, source.Spec.Dataset, cancellationToken);
        var before = request.Mode == IngestMode.Append ? latest : null;
        if (await append.FindAsync(caller, before, origin, cancellationToken) is { } same)
            return AlreadyIngested(source.Spec, same, origin);
        var run = request.Run ?? (await runs.StartAsync(caller, new("ingest", request.FileName, source.Spec.Dataset), cancellationToken)).Id;
        try
        {
            await record.StartAsync(caller, run, request, upload, source.Version, before, cancellationToken);
            var result = await ReadAsync(caller, request, source.Spec, run, scratch, upload, before, cancellationToken);
            if (request.Run is null)
                await runs.FinishAsync(caller, run, result.Refusal is null ? RunStatus.Finished : RunStatus.Failed, result.Refusal, cancellationToken: cancellationToken);
            return result;
        }
        catch (Exception error) when (request.Run is null)
        {
            await record.FailAsync(caller, run, error);
            throw;
        }
    }

    private async Task<IngestResult> ReadAsync(
        Caller caller, IngestRequest request, SourceSpec spec, RunId run, ScratchFolder scratch, Upload upload, Dataset? before, CancellationToken cancellationToken)
    {
        var maxBadShare = spec.MaxBadShare ?? options.Value.MaxBadShare;
        using var session = sandbox.Open(scratch.Path, before?.Paths ?? []);
        var quarantine = new Quarantine(session);
        await quarantine.CreateAsync(cancellationToken);
        JudgedBatch judged;
        ValidationReport? report = null;
        try
        {
            var (batch, records) = await loader.LoadAsync(session, upload.Path, spec, request.Progress, cancellationToken);
            judged = await judge.JudgeAsync(batch, records, quarantine, spec, before, maxBadShare, cancellationToken);
            if (spec.Suite is { } suite)
                (judged, report) = await suites.CheckAsync(caller, run, suite, request.FileName, judged, quarantine, cancellationToken);
            if (spec.Key is { Count: > 0 } key)
                judged = await BatchJudge.JudgeKeyAsync(judged, quarantine, key, before, cancellationToken);
        }
        catch (InvalidException refusal)
        {
            return Refused(spec, run, upload, refusal.Message);
        }

        if (judged.BadRows > 0)
            await record.QuarantineAsync(caller, run, scratch, judged.Batch, quarantine, cancellationToken);
        var result = Refused(spec, run, upload, Refusal(judged, report, maxBadShare)) with
        {
            RowsRead = judged.Rows,
            RowsQuarantined = judged.BadRows,
            Reasons = await quarantine.ReasonsAsync(cancellationToken),
            Sample = await quarantine.FirstAsync(SampleRows, cancellationToken),
            IgnoredColumns = judged.Ignored,
            Validation = report,
        };
        if (result.Refusal is null)
            result = await WriteAsync(caller, request, spec, run, scratch, upload, before, judged, result, cancellationToken);
        await record.MetricsAsync(caller, run, judged.Rows, result.RowsAdded, judged.BadRows, cancellationToken);
        return result;
    }

    private async Task<IngestResult> WriteAsync(
        Caller caller, IngestRequest request, SourceSpec spec, RunId run, ScratchFolder scratch, Upload upload, Dataset? before, JudgedBatch judged,
        IngestResult result, CancellationToken cancellationToken)
    {
        var origin = new FileOrigin(request.Source, upload.Content);
        // The batch's session is locked, so that it cannot be told to use one thread; its rows leave it as a file.
        var judgedRows = scratch.File("rows.parquet");
        await judged.Batch.Session.ExecuteAsync(
            $"COPY ({judged.Query}) TO {Sql.Text(judgedRows)} (FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1)", cancellationToken);
        using var session = analytics.Open();
        using var staged = await CanonicalParquet.StageAsync(session, $"FROM read_parquet({Sql.Text(judgedRows)})", cancellationToken);
        var files = await datasets.StoreAsync(scratch, staged, origin, cancellationToken);
        var (dataset, isNew) = await append.AddAsync(caller, spec, request, run, before, judged, files, cancellationToken);
        return isNew
            ? result with { Outcome = IngestOutcome.Ingested, Version = dataset.Version, RowsAdded = files.Sum(f => f.Rows) }
            : AlreadyIngested(spec, dataset.Version, origin);
    }

    private static string? Refusal(JudgedBatch judged, ValidationReport? report, double maxBadShare)
    {
        if (judged.Rows == 0)
            return "The file has no record; nothing can be ingested.";
        if (judged.BadRows > maxBadShare * judged.Rows)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{judged.BadRows} of {judged.Rows} rows are bad, {100.0 * judged.BadRows / judged.Rows:0.##} %; at most {100 * maxBadShare:0.##} % may be. Nothing was added. See the run's quarantine for each row's reason.");
        }

        if (judged.BadRows == judged.Rows)
            return "Not one row is good; nothing was added. See the run's quarantine for each row's reason.";
        var failed = report?.Results.Where(r => r is { Passed: false, Severity: Severity.Fail }).Select(r => r.Expectation).ToList() ?? [];
        return failed.Count > 0 ? $"The batch does not meet {report!.Suite}: {string.Join("; ", failed)}. Nothing was added." : null;
    }

    private static IngestResult Refused(SourceSpec spec, RunId run, Upload upload, string? refusal) => new(
        IngestOutcome.Refused, spec.Dataset, null, run, upload.Content, 0, 0, 0, new Dictionary<QuarantineReason, long>(), [], [], null, refusal);

    private static IngestResult AlreadyIngested(SourceSpec spec, AssetVersion version, FileOrigin origin) => new(
        IngestOutcome.AlreadyIngested, spec.Dataset, version, version.Run, origin.Content, 0, 0, 0, new Dictionary<QuarantineReason, long>(), [], [], null, null);
}
