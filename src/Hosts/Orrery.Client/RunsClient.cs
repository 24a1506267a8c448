using System.Net.Http.Headers;
using Orrery.Kernel;

namespace Orrery.Client;

/// <summary>What a run ran on.</summary>
public sealed record RunEnvironment(string? CodeCommit, string Runtime, string OperatingSystem, string Processor);

/// <summary>One execution.</summary>
public sealed record Run(
    RunId Id, string Workspace, string Kind, string Name, string Folder, RunId? Parent, [property: Words("running", "finished", "failed", "cancelled")] string Status, string? Error, long? Seed, RunEnvironment Environment, string Owner,
    DateTimeOffset StartedAt, DateTimeOffset? EndedAt, IReadOnlyDictionary<string, string> Parameters, IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, string> Tags, long FolderNumber = 0, [property: Words("active", "deleted")] string Stage = "active", string ArtifactUri = "");

/// <summary>One value of a metric.</summary>
public sealed record MetricPoint(string Key, double Value, long Step = 0, DateTimeOffset? Time = null);

/// <summary>A run to start.</summary>
public sealed record NewRun(
    string Kind, string Name, string Folder = "Default", RunId? Parent = null, long? Seed = null, IReadOnlyDictionary<string, string>? Parameters = null,
    IReadOnlyDictionary<string, string>? Tags = null, RunId? Id = null, DateTimeOffset? StartedAt = null, RunEnvironment? Environment = null);

/// <summary>Content by its digest.</summary>
public sealed record Blob(Digest Digest, long Length);

/// <summary>A file of a run.</summary>
public sealed record RunArtifact(string Path, Blob Content, string MediaType);

/// <summary>The record of all runs.</summary>
public sealed class RunsClient
{
    private readonly OrreryClient _client;

    internal RunsClient(OrreryClient client) => _client = client;

    /// <summary>Starts a run.</summary>
    public Task<Run> StartAsync(NewRun run, CancellationToken cancellationToken = default) => _client.PostAsync<Run>("/api/v1/runs", run, cancellationToken);

    /// <summary>Adds metric points, parameters and tags: all or nothing.</summary>
    public Task<Run> LogAsync(
        RunId run, IReadOnlyList<MetricPoint>? metrics = null, IReadOnlyDictionary<string, string>? parameters = null, IReadOnlyDictionary<string, string>? tags = null,
        CancellationToken cancellationToken = default) =>
        _client.PostAsync<Run>($"/api/v1/runs/{run}/log", new { metrics, parameters, tags }, cancellationToken);

    /// <summary>Ends a run: <c>finished</c>, <c>failed</c> or <c>cancelled</c>; now, unless it ended before.</summary>
    public Task<Run> FinishAsync(RunId run, string status = "finished", string? error = null, DateTimeOffset? endedAt = null, CancellationToken cancellationToken = default) =>
        _client.PostAsync<Run>($"/api/v1/runs/{run}/finish", new { status, error, endedAt }, cancellationToken);

    /// <summary>Stores a file of a run under a path of plain parts; one that is there is replaced. The content is streamed.</summary>
    public Task PutArtifactAsync(RunId run, string path, Stream content, string mediaType = "application/octet-stream", CancellationToken cancellationToken = default)
    {
        var body = new StreamContent(content);
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        var escaped = string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
        return _client.SendAsync<RunArtifact>(HttpMethod.Put, $"/api/v1/runs/{run}/artifacts/{escaped}", body, cancellationToken);
    }

    /// <summary>The files of a run, by path.</summary>
    public Task<IReadOnlyList<RunArtifact>> ArtifactsAsync(RunId run, CancellationToken cancellationToken = default) =>
        _client.GetAsync<IReadOnlyList<RunArtifact>>($"/api/v1/runs/{run}/artifacts", cancellationToken);

    /// <summary>All points of a metric, by step, then time.</summary>
    public Task<IReadOnlyList<MetricPoint>> HistoryAsync(RunId run, string key, CancellationToken cancellationToken = default) =>
        _client.GetAsync<IReadOnlyList<MetricPoint>>(Query.Of($"/api/v1/runs/{run}/metrics", ("key", key)), cancellationToken);

    /// <summary>One run.</summary>
    public Task<Run> GetAsync(RunId run, CancellationToken cancellationToken = default) => _client.GetAsync<Run>($"/api/v1/runs/{run}", cancellationToken);

    /// <summary>Runs that meet all conditions, newest first.</summary>
    public Task<Page<Run>> ListAsync(
        string? kind = null, string? folder = null, RunId? parent = null, string? status = null, int? limit = null, string? cursor = null, CancellationToken cancellationToken = default) =>
        _client.GetAsync<Page<Run>>(
            Query.Of("/api/v1/runs", ("kind", kind), ("folder", folder), ("parent", parent?.ToString()), ("status", status),
                ("limit", limit?.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("cursor", cursor)), cancellationToken);
}
