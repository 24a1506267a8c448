using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Orrery.Client;
using Orrery.Import.Wandb.Proto;
using Orrery.Kernel;

namespace Orrery.Import.Wandb;

/// <summary>
/// The runs of Weights &amp; Biases that lie in a folder: one run's (<c>offline-run-…</c>, <c>run-…</c>), or the <c>wandb</c> folder that holds many. A run that was resumed
/// has several; they are one run.
/// </summary>
/// <remarks>
/// The configuration becomes parameters (nested names joined by points), the history's numbers become metrics, the samples of the machine metrics below <c>system/</c>,
/// labels tags, notes the run's note, and all files of the run's <c>files</c> folder artifacts. What a step held beside numbers (tables, histograms, texts) stands line by line in the artifact
/// <c>history.jsonl</c>.
/// </remarks>
public sealed class OfflineRuns : IRunSource
{
    private const string Extension = ".wandb";
    private readonly List<string> _logs;

    /// <summary>Finds the runs of a folder.</summary>
    /// <exception cref="InvalidException">There is none.</exception>
    public OfflineRuns(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
            throw new InvalidException($"There is no folder '{folder}'.");
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2, AttributesToSkip = FileAttributes.ReparsePoint };
        _logs = [.. Directory.EnumerateFiles(folder, "*" + Extension, options).Order(StringComparer.Ordinal)];
        if (_logs.Count == 0)
            throw new InvalidException($"'{folder}' holds no run of Weights & Biases: expected a file run-ID.wandb in it or in a folder such as offline-run-20240131_120000-abc123.");
    }

    /// <inheritdoc/>
    public Task<long?> CountAsync(CancellationToken cancellationToken = default) => Task.FromResult<long?>(_logs.Count);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ImportedRun> ReadAsync(ImportReport report, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        await Task.CompletedTask;
        foreach (var logs in _logs.GroupBy(KeyOf, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Run(logs.Key, [.. logs], report);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>What a run is called there, by its first record of that kind.</summary>
    private static string KeyOf(string log)
    {
        var run = new RecordLog(log).Read().FirstOrDefault(record => record.RecordTypeCase == Record.RecordTypeOneofCase.Run)?.Run
            ?? throw new InvalidException($"'{log}' has no record that names its run: it ended before it had begun.");
        return $"{run.Entity}/{run.Project}/{run.RunId}";
    }

    private static ImportedRun Run(string key, IReadOnlyList<string> logs, ImportReport report)
    {
        var header = new RunHeader();
        foreach (var log in logs)
        {
            var records = new RecordLog(log);
            foreach (var record in records.Read())
                header.Add(record);
            if (records.BrokeOff)
                report.Leave($"last record of '{Path.GetFileName(log)}': the file breaks off in it");
        }

        foreach (var (what, count) in header.Left)
            report.Leave(what, count);
        var run = header.Run!;
        var startedAt = run.StartTime?.ToDateTimeOffset() ?? new DateTimeOffset(File.GetLastWriteTimeUtc(logs[0]), TimeSpan.Zero);
        return new(ImportedRun.IdOf("wandb", key), run.Project.Length > 0 ? run.Project : "uncategorized", run.DisplayName.Length > 0 ? run.DisplayName : run.RunId, startedAt)
        {
            Status = header.Exit switch { null => "running", { ExitCode: 0 } => "finished", _ => "failed" },
            Error = header.Exit is { ExitCode: not 0 } exit ? $"Exit code {exit.ExitCode.ToString(CultureInfo.InvariantCulture)}." : null,
            EndedAt = header.Exit is { Runtime: var seconds } ? startedAt.AddSeconds(seconds) : null,
            Environment = new(run.Git is { Commit.Length: > 0 } git ? git.Commit : null, "", "", run.Host),
            Parameters = header.Config,
            Tags = Tags(run, header),
            Points = Points(logs, header, startedAt),
            Artifacts = Artifacts(logs, header),
        };
    }

    private static Dictionary<string, string> Tags(RunRecord run, RunHeader header)
    {
        var tags = new Dictionary<string, string>();
        foreach (var (name, value) in new[]
                 {
                     ("wandb.id", run.RunId), ("wandb.entity", run.Entity), ("wandb.group", run.RunGroup), ("wandb.job_type", run.JobType), ("wandb.sweep", run.SweepId), ("wandb.host", run.Host),
                     ("git.remote", run.Git?.RemoteUrl ?? ""), ("git.commit", run.Git?.Commit ?? ""), (RunTags.Note, run.Notes),
                 })
        {
            if (value.Length > 0)
                tags[name] = value;
        }

        foreach (var label in run.Tags)
            tags.TryAdd(label, RunTags.Label);
        foreach (var (key, json) in header.Summary.Where(entry => JsonText.Number(entry.Json) is null))
            tags.TryAdd($"summary.{key}", JsonText.Plain(json));
        return tags;
    }

    private static async IAsyncEnumerable<MetricPoint> Points(IReadOnlyList<string> logs, RunHeader header, DateTimeOffset startedAt)
    {
        await Task.CompletedTask;
        var sample = 0L;
        foreach (var record in logs.SelectMany(log => new RecordLog(log).Read()))
        {
            if (record.RecordTypeCase == Record.RecordTypeOneofCase.History)
            {
                var row = HistoryRow.Of(record.History);
                foreach (var (key, json) in row.Values)
                {
                    if (JsonText.Number(json) is { } value)
                        yield return new(key, value, row.Step, row.Time ?? startedAt);
                }
            }
            else if (record.RecordTypeCase == Record.RecordTypeOneofCase.Stats)
            {
                var time = record.Stats.Timestamp?.ToDateTimeOffset() ?? startedAt;
                foreach (var (key, json) in record.Stats.Item.SelectMany(item => JsonText.Flat(RunHeader.NameOf(item), item.ValueJson)))
                {
                    if (JsonText.Number(json) is { } value)
                        yield return new($"system/{key}", value, sample, time);
                }

                sample++;
            }
        }

        foreach (var (key, json) in header.Summary)
        {
            if (JsonText.Number(json) is { } value)
                yield return new(key, value, header.LastStep, startedAt.AddSeconds(header.Exit?.Runtime ?? 0));
        }
    }

    private static async IAsyncEnumerable<ImportedArtifact> Artifacts(IReadOnlyList<string> logs, RunHeader header)
    {
        await Task.CompletedTask;
        var hasLog = false;
        foreach (var folder in logs.Select(log => Path.Combine(Path.GetDirectoryName(log)!, "files")).Where(Directory.Exists))
        {
            foreach (var (relative, path) in LocalFolder.Files(folder))
            {
                hasLog |= relative == "output.log";
                yield return ImportedArtifact.File(Names.PathOf(relative), path);
            }
        }

        if (header.HasOutput && !hasLog)
            yield return new("output.log", _ => Task.FromResult<Stream>(new LineStream(Output(logs))));
        if (header.HasOtherHistory)
            yield return new("history.jsonl", _ => Task.FromResult<Stream>(new LineStream(OtherHistory(logs))));
    }

    private static IEnumerable<string> Output(IReadOnlyList<string> logs) =>
        logs.SelectMany(log => new RecordLog(log).Read()).Select(record => record.RecordTypeCase switch
        {
            Record.RecordTypeOneofCase.Output => record.Output.Line,
            Record.RecordTypeOneofCase.OutputRaw => record.OutputRaw.Line,
            _ => null,
        }).OfType<string>();

    private static IEnumerable<string> OtherHistory(IReadOnlyList<string> logs) =>
        from record in logs.SelectMany(log => new RecordLog(log).Read())
        where record.RecordTypeCase == Record.RecordTypeOneofCase.History
        let row = HistoryRow.Of(record.History)
        from entry in row.Values
        where JsonText.Number(entry.Json) is null
        select string.Create(CultureInfo.InvariantCulture, $"{{\"step\":{row.Step},\"key\":{JsonSerializer.Serialize(entry.Key)},\"value\":{entry.Json.ReplaceLineEndings(" ")}}}\n");
}
