using System.Runtime.CompilerServices;
using DuckDB.NET.Data;
using Orrery.Kernel;
using Orrery.Platform.Analytics;

namespace Orrery.Import.Neptune;

/// <summary>
/// The runs that Neptune's exporter (https://github.com/neptune-ai/neptune-exporter) wrote before the service was shut down: Parquet files, each of one run, with a row
/// an attribute or a point, and the files beside them.
/// </summary>
/// <remarks>
/// Single values become parameters, float series metrics, files and file series artifacts; text and histogram series stand line by line in artifacts of their own. What Neptune itself noted (<c>sys/…</c>) becomes the run's name,
/// times, status, note and tags. Neptune's steps may be fractions and ours are whole: a run with such steps has them multiplied by the least power of ten that makes all of them whole, which the tag
/// <c>neptune.step_multiplier</c> says.
/// </remarks>
public sealed class NeptuneExport : IRunSource
{
    private readonly DuckDBConnection _session;
    private readonly string _data;
    private readonly string? _files;
    private readonly string _scratch = Directory.CreateTempSubdirectory("orrery-import-").FullName;

    /// <summary>Finds the export in <paramref name="folder"/>: its <c>data</c> and <c>files</c>, or the data alone with the files given.</summary>
    /// <exception cref="InvalidException">There is none.</exception>
    public NeptuneExport(string folder, string? files = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
            throw new InvalidException($"There is no folder '{folder}'.");
        _data = Directory.Exists(Path.Combine(folder, "data")) ? Path.Combine(folder, "data") : folder;
        _files = files ?? new[] { Path.Combine(folder, "files"), Path.Combine(Path.GetDirectoryName(Path.GetFullPath(_data))!, "files") }.FirstOrDefault(Directory.Exists);
        if (files is not null && !Directory.Exists(files))
            throw new InvalidException($"There is no folder '{files}'.");
        _session = new AnalyticsEngine(new() { SpillFolder = _scratch }).Open();
    }

    /// <inheritdoc/>
    public async Task<long?> CountAsync(CancellationToken cancellationToken = default) => (await RunsAsync(cancellationToken)).Count;

    /// <inheritdoc/>
    public async IAsyncEnumerable<ImportedRun> ReadAsync(ImportReport report, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        foreach (var (project, run, parts) in await RunsAsync(cancellationToken))
        {
            var rows = new NeptuneRun(_session, project, run, parts, _files is null ? null : new LocalFolder(_files), _scratch);
            yield return await rows.ReadAsync(report, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        Directory.Delete(_scratch, recursive: true);
    }

    /// <summary>The runs and their files, in order.</summary>
    private async Task<List<(string Project, string Run, IReadOnlyList<string> Parts)>> RunsAsync(CancellationToken cancellationToken)
    {
        // A file that ends with .tmp was being written when the exporter was stopped: it takes such a run again from the start, and so it is none yet.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var files = Directory.EnumerateFiles(_data, "*.parquet", options).Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0)
            throw new InvalidException($"'{_data}' holds no export of Neptune: expected Parquet files such as PROJECT/RUN_part_0.parquet.");
        var found = new List<(string Project, string Run, string Part)>();
        foreach (var file in files)
            found.Add(await NamesAsync(file, cancellationToken));
        return
        [
            .. found.GroupBy(part => (part.Project, part.Run)).OrderBy(run => run.Key.Project, StringComparer.Ordinal).ThenBy(run => run.Key.Run, StringComparer.Ordinal)
                .Select(run => (run.Key.Project, run.Key.Run, (IReadOnlyList<string>)[.. run.Select(part => part.Part)])),
        ];
    }

    private async Task<(string Project, string Run, string Part)> NamesAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            var names = await _session.QueryAsync($"SELECT project_id, run_id FROM {Sql.Parquet([file])} LIMIT 1", row => (row.GetString(0), row.GetString(1), file), cancellationToken);
            return names.Count == 1 ? names[0] : throw new InvalidException($"'{file}' has no row.");
        }
        catch (DuckDBException error)
        {
            throw new InvalidException($"'{file}' is no Parquet file of Neptune's exporter: {error.Message.Split('\n')[0]}", error);
        }
    }
}
