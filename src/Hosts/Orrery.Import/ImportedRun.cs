using System.Security.Cryptography;
using System.Text;
using Orrery.Client;
using Orrery.Kernel;

namespace Orrery.Import;

/// <summary>A run as another system recorded it.</summary>
/// <param name="Id">Its id here: the same for the same run, however often it is imported.</param>
/// <param name="Folder">What groups it with others: their experiment or project.</param>
/// <param name="Name">A readable name.</param>
/// <param name="StartedAt">When it began.</param>
public sealed record ImportedRun(RunId Id, string Folder, string Name, DateTimeOffset StartedAt)
{
    /// <summary>What it did, where its record says so.</summary>
    public string Kind { get; init; } = RunImport.Kind;

    /// <summary>The seed of all its chance.</summary>
    public long? Seed { get; init; }

    /// <summary>The run that it is part of.</summary>
    public RunId? Parent { get; init; }

    /// <summary>How it ended: <c>finished</c>, <c>failed</c>, <c>cancelled</c>; <c>running</c> where its record has no end.</summary>
    public string Status { get; init; } = "running";

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What it ran on, as far as its record says.</summary>
    public RunEnvironment Environment { get; init; } = new(null, "", "", "");

    /// <summary>What it was given.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Free labels.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>The datasets that it says it read.</summary>
    public IReadOnlyList<LoggedDataset> Datasets { get; init; } = [];

    /// <summary>Its metric points; they are read while they are sent, and never all in memory.</summary>
    public IAsyncEnumerable<MetricPoint> Points { get; init; } = AsyncEnumerable.Empty<MetricPoint>();

    /// <summary>The lines of its log.</summary>
    public IAsyncEnumerable<NewLogLine> Lines { get; init; } = AsyncEnumerable.Empty<NewLogLine>();

    /// <summary>Its files.</summary>
    public IAsyncEnumerable<ImportedArtifact> Artifacts { get; init; } = AsyncEnumerable.Empty<ImportedArtifact>();

    /// <summary>The id here of a run that is called <paramref name="key"/> in <paramref name="system"/>, whose own ids have another shape.</summary>
    public static RunId IdOf(string system, string key) => new(new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{system}\n{key}")).AsSpan(0, 16), bigEndian: true));
}

/// <summary>A file of a run.</summary>
/// <param name="Path">A relative path of plain parts.</param>
/// <param name="Open">Opens the content; the caller disposes it.</param>
public sealed record ImportedArtifact(string Path, Func<CancellationToken, Task<Stream>> Open)
{
    /// <summary>A file on this machine.</summary>
    public static ImportedArtifact File(string path, string file) => new(path, _ => Task.FromResult<Stream>(System.IO.File.OpenRead(file)));

    /// <summary>A text.</summary>
    public static ImportedArtifact Text(string path, string text) => new(path, _ => Task.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(text))));
}

/// <summary>Runs of another system. Not thread-safe; used once.</summary>
public interface IRunSource : IAsyncDisposable
{
    /// <summary>How many there are, where that is known before they are read.</summary>
    Task<long?> CountAsync(CancellationToken cancellationToken = default);

    /// <summary>The runs, a parent before its children. What has no counterpart is written to <paramref name="report"/>.</summary>
    /// <exception cref="InvalidException">A record cannot be read; the message says which and where.</exception>
    IAsyncEnumerable<ImportedRun> ReadAsync(ImportReport report, CancellationToken cancellationToken = default);
}
