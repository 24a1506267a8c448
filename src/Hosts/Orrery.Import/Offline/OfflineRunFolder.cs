using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Orrery.Client;
using Orrery.Client.Tracking;
using Orrery.Kernel;

namespace Orrery.Import.Offline;

/// <summary>Runs that a .NET program tracked without a server (<see cref="Tracking.TrackOffline"/>): one folder, or one that holds many.</summary>
public sealed class OfflineRunFolder : IRunSource
{
    private readonly List<string> _runs;

    /// <summary>Finds the runs of a folder.</summary>
    /// <exception cref="InvalidException">There is none.</exception>
    public OfflineRunFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
            throw new InvalidException($"There is no folder '{folder}'.");
        _runs = [.. Directory.EnumerateDirectories(folder).Append(folder).Where(run => File.Exists(Path.Combine(run, OfflineRecord.FileName))).Order(StringComparer.Ordinal)];
        if (_runs.Count == 0)
            throw new InvalidException($"'{folder}' holds no run: expected folders with a {OfflineRecord.FileName}.");
    }

    /// <inheritdoc/>
    public Task<long?> CountAsync(CancellationToken cancellationToken = default) => Task.FromResult<long?>(_runs.Count);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ImportedRun> ReadAsync(ImportReport report, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        var heads = new List<(ImportedRun Run, string Folder)>();
        foreach (var folder in _runs)
            heads.Add((await HeadAsync(folder, cancellationToken), folder));
        var known = heads.Select(head => head.Run.Id).ToHashSet();
        foreach (var (run, folder) in heads.OrderBy(head => head.Run.Parent is { } parent && known.Contains(parent)).ThenBy(head => head.Run.StartedAt))
            yield return run with { Points = PointsAsync(folder, cancellationToken), Lines = LinesAsync(folder, cancellationToken), Artifacts = ArtifactsAsync(folder) };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<ImportedRun> HeadAsync(string folder, CancellationToken cancellationToken)
    {
        ImportedRun? run = null;
        var parameters = new Dictionary<string, string>();
        var tags = new Dictionary<string, string>();
        await foreach (var record in RecordsAsync(folder, cancellationToken))
        {
            if (record.Start is { Id: { } id } start)
            {
                run = new(id, start.Folder, start.Name, start.StartedAt ?? DateTimeOffset.UnixEpoch)
                {
                    Kind = start.Kind,
                    Seed = start.Seed,
                    Parent = start.Parent,
                    Environment = start.Environment ?? new(null, "", "", ""),
                    Parameters = parameters,
                    Tags = tags,
                };
            }

            foreach (var (name, value) in (record.Start?.Parameters ?? new Dictionary<string, string>()).Concat(record.Parameters ?? new Dictionary<string, string>()))
                parameters[name] = value;
            foreach (var (name, value) in (record.Start?.Tags ?? new Dictionary<string, string>()).Concat(record.Tags ?? new Dictionary<string, string>()))
                tags[name] = value;
            if (record.Finish is { } finish)
                run = run is null ? null : run with { Status = finish.Status, Error = finish.Error, EndedAt = finish.EndedAt };
        }

        return run ?? throw new InvalidException($"'{Path.Combine(folder, OfflineRecord.FileName)}' does not begin with a run.");
    }

    private static async IAsyncEnumerable<MetricPoint> PointsAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var record in RecordsAsync(folder, cancellationToken))
        {
            foreach (var point in record.Metrics ?? [])
                yield return point;
        }
    }

    private static async IAsyncEnumerable<NewLogLine> LinesAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var record in RecordsAsync(folder, cancellationToken))
        {
            foreach (var line in record.Lines ?? [])
                yield return line;
        }
    }

    private static async IAsyncEnumerable<ImportedArtifact> ArtifactsAsync(string folder)
    {
        await Task.CompletedTask;
        var artifacts = Path.Combine(folder, OfflineRecord.Artifacts);
        foreach (var (relative, path) in Directory.Exists(artifacts) ? LocalFolder.Files(artifacts) : [])
        {
            yield return ImportedArtifact.File(relative, path);
        }
    }

    /// <summary>The lines, up to one that a crash cut off: only the last can be.</summary>
    private static async IAsyncEnumerable<OfflineRecord> RecordsAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, OfflineRecord.FileName);
        var number = 0;
        string? broken = null;
        await foreach (var line in File.ReadLinesAsync(path, cancellationToken))
        {
            if (broken is not null)
                throw new InvalidException($"'{path}', line {number.ToString(CultureInfo.InvariantCulture)}: {broken}");
            number++;
            OfflineRecord? record = null;
            try
            {
                record = JsonSerializer.Deserialize<OfflineRecord>(line, OrreryClient.Json);
            }
            catch (JsonException error)
            {
                broken = error.Message;
            }

            if (record is not null)
                yield return record;
        }
    }
}
