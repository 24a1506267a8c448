using Orrery.Client;
using Orrery.Kernel;

namespace Orrery.Import;

/// <summary>
/// Brings runs to a server over its API. Idempotent: a run's id follows from its id in the other system, the same metric point stands once however often it is
/// sent, and only after everything else is there does the run end; so a run that has ended is there whole, and an import that broke off is simply started again.
/// </summary>
public sealed class RunImport(OrreryClient orrery)
{
    /// <summary>Metric points of one request.</summary>
    private const int Batch = 10_000;

    /// <summary>Lines of a log in one request.</summary>
    private const int LineBatch = 1000;

    /// <summary>The kind of an imported run.</summary>
    public const string Kind = "imported";

    /// <summary>Brings all runs of a source. <paramref name="progress"/> hears of each run that is done.</summary>
    /// <exception cref="InvalidException">A record cannot be read; what was brought before stays.</exception>
    public async Task<ImportReport> BringAsync(IRunSource source, IProgress<ImportReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var report = new ImportReport();
        await foreach (var run in source.ReadAsync(report, cancellationToken))
        {
            await BringAsync(run, report, cancellationToken);
            progress?.Report(report);
        }

        // After the runs that made them.
        if (source is IModelSource models)
        {
            await foreach (var model in models.ModelsAsync(cancellationToken))
                await new ModelImport(orrery).BringAsync(model, report, cancellationToken);
        }

        return report;
    }

    private async Task BringAsync(ImportedRun run, ImportReport report, CancellationToken cancellationToken)
    {
        var present = await orrery.Runs.StartAsync(new(run.Kind, Names.Short(run.Name, Names.MaxLength), Names.Short(run.Folder, Names.MaxFolderLength), run.Parent, run.Seed, Id: run.Id, StartedAt: run.StartedAt, Environment: run.Environment), cancellationToken);
        if (present.Status != "running")
        {
            report.RunsThere++;
            return;
        }

        await orrery.Runs.LogAsync(run.Id, parameters: Kept(run.Parameters, "parameter", report), tags: Kept(run.Tags, "tag", report), cancellationToken: cancellationToken);
        if (run.Datasets.Count > 0)
            await orrery.Runs.LogDatasetsAsync(run.Id, run.Datasets, cancellationToken);
        report.Datasets += run.Datasets.Count;
        await SendPointsAsync(run, report, cancellationToken);
        await SendLinesAsync(run, cancellationToken);
        await foreach (var artifact in run.Artifacts.WithCancellation(cancellationToken))
        {
            await using var content = await artifact.Open(cancellationToken);
            await orrery.Runs.PutArtifactAsync(run.Id, artifact.Path, content, MediaTypes.Of(artifact.Path), cancellationToken);
            report.Artifacts++;
        }

        if (run.Status == "running")
            report.RunsOpen++;
        else
            await orrery.Runs.FinishAsync(run.Id, run.Status, run.Error, run.EndedAt ?? run.StartedAt, cancellationToken);
        report.Runs++;
        report.Parameters += run.Parameters.Count;
    }

    private async Task SendPointsAsync(ImportedRun run, ImportReport report, CancellationToken cancellationToken)
    {
        var batch = new List<MetricPoint>(Batch);
        await foreach (var point in run.Points.WithCancellation(cancellationToken))
        {
            if (!Names.IsKey(point.Key))
            {
                report.Leave($"metric points whose name is longer than {Names.MaxLength} characters or has control characters");
                continue;
            }

            batch.Add(point);
            if (batch.Count == Batch)
                await SendAsync();
        }

        if (batch.Count > 0)
            await SendAsync();

        async Task SendAsync()
        {
            await orrery.Runs.LogAsync(run.Id, batch, cancellationToken: cancellationToken);
            report.Points += batch.Count;
            batch.Clear();
        }
    }

    // Each with its number, so that an import that is started again appends none twice.
    private async Task SendLinesAsync(ImportedRun run, CancellationToken cancellationToken)
    {
        var (batch, sent) = (new List<NewLogLine>(LineBatch), 0L);
        await foreach (var line in run.Lines.WithCancellation(cancellationToken))
        {
            batch.Add(line);
            if (batch.Count == LineBatch)
                await SendAsync();
        }

        if (batch.Count > 0)
            await SendAsync();

        async Task SendAsync()
        {
            await orrery.Runs.AppendLinesAsync(run.Id, batch, sent, cancellationToken);
            sent += batch.Count;
            batch.Clear();
        }
    }

    /// <summary>What the server takes: it refuses longer names and values.</summary>
    private static Dictionary<string, string> Kept(IReadOnlyDictionary<string, string> entries, string what, ImportReport report)
    {
        var kept = entries.Where(entry => Names.IsKey(entry.Key) && entry.Value.Length <= Names.MaxValueLength).ToDictionary();
        report.Leave($"{what}s whose name is longer than {Names.MaxLength} characters or whose value is longer than {Names.MaxValueLength}", entries.Count - kept.Count);
        return kept;
    }
}
