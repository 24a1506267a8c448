using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Client.Tracking;

/// <summary>
/// A run in a folder of its own: <c>run.jsonl</c>, a line for everything that happened to it, flushed to the disk before the call returns, and <c>artifacts</c>. A line that a crash cut
/// off is the last one, and nobody was told that it is there.
/// </summary>
internal sealed class OfflineSink : IRunSink
{
    private readonly FileStream _journal;
    private readonly string _artifacts;
    private readonly SemaphoreSlim _writing = new(1);

    private OfflineSink(RunId id, FileStream journal, string artifacts) => (Id, _journal, _artifacts) = (id, journal, artifacts);

    public RunId Id { get; }

    public static OfflineSink Create(string folder, NewRun run, TimeProvider clock)
    {
        var id = run.Id ?? RunId.New(clock.GetUtcNow());
        var place = Path.Combine(folder, $"run-{id}");
        if (Directory.Exists(place))
            throw new ConflictException($"'{place}' is there already: run {id} was begun before.");
        Directory.CreateDirectory(place);
        var sink = new OfflineSink(id, new(Path.Combine(place, OfflineRecord.FileName), FileMode.CreateNew, FileAccess.Write, FileShare.Read), Path.Combine(place, OfflineRecord.Artifacts));
        sink.Write(new() { Start = run with { Id = id, StartedAt = run.StartedAt ?? clock.GetUtcNow() } });
        return sink;
    }

    public Task LogAsync(IReadOnlyList<MetricPoint> points, IReadOnlyDictionary<string, string> parameters, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken) =>
        WriteAsync(new() { Metrics = points, Parameters = parameters, Tags = tags }, cancellationToken);

    public Task AppendLinesAsync(IReadOnlyList<NewLogLine> lines, long first, CancellationToken cancellationToken) => WriteAsync(new() { Lines = lines }, cancellationToken);

    public async Task PutArtifactAsync(string path, Stream content, string mediaType, CancellationToken cancellationToken)
    {
        if (path.Split('/', '\\').Any(part => part is "" or "." or "..") || Path.IsPathRooted(path))
            throw new InvalidException($"'{path}' is no path of an artifact; expected plain parts joined by '/', such as 'plots/roc.svg'.");
        var file = Path.Combine(_artifacts, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var temporary = Path.Combine(Path.GetDirectoryName(_artifacts)!, $"{Guid.NewGuid():N}.part");
        await using (var target = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            await content.CopyToAsync(target, cancellationToken);
            target.Flush(flushToDisk: true);
        }

        File.Move(temporary, file, overwrite: true);
    }

    public Task FinishAsync(string status, string? error, DateTimeOffset endedAt, CancellationToken cancellationToken) =>
        WriteAsync(new() { Finish = new(status, error, endedAt) }, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        _writing.Dispose();
    }

    private async Task WriteAsync(OfflineRecord record, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            Write(record);
        }
        finally
        {
            _writing.Release();
        }
    }

    private void Write(OfflineRecord record)
    {
        _journal.Write([.. JsonSerializer.SerializeToUtf8Bytes(record, OrreryClient.Json), (byte)'\n']);
        _journal.Flush(flushToDisk: true);
    }
}

/// <summary>How an offline run ended.</summary>
public sealed record OfflineFinish(string Status, string? Error, DateTimeOffset EndedAt);

/// <summary>A line of an offline run: its start, or what was added, or its end.</summary>
public sealed record OfflineRecord
{
    /// <summary>The file of the lines.</summary>
    public const string FileName = "run.jsonl";

    /// <summary>The folder of the files.</summary>
    public const string Artifacts = "artifacts";

    /// <summary>The run; the first line.</summary>
    public NewRun? Start { get; init; }

    /// <summary>Points.</summary>
    public IReadOnlyList<MetricPoint>? Metrics { get; init; }

    /// <summary>Parameters.</summary>
    public IReadOnlyDictionary<string, string>? Parameters { get; init; }

    /// <summary>Tags; a later one replaces an earlier.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Lines of its log.</summary>
    public IReadOnlyList<NewLogLine>? Lines { get; init; }

    /// <summary>Its end; the last line.</summary>
    public OfflineFinish? Finish { get; init; }
}
