using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Orrery.Kernel;

namespace Orrery.Client;

/// <summary>What a run ran on.</summary>
public sealed record RunEnvironment(string? CodeCommit, string Runtime, string OperatingSystem, string Processor, string? Command = null);

/// <summary>One execution.</summary>
public sealed record Run(
    RunId Id, string Workspace, string Kind, string Name, string Folder, RunId? Parent, [property: Words("running", "finished", "failed", "cancelled", "scheduled")] string Status, string? Error, long? Seed, RunEnvironment Environment, string Owner,
    DateTimeOffset StartedAt, DateTimeOffset? EndedAt, IReadOnlyDictionary<string, string> Parameters, IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, string> Tags, long FolderNumber = 0, [property: Words("active", "deleted")] string Stage = "active", string ArtifactUri = "",
    RunId? Reproduces = null);

/// <summary>One value of a metric.</summary>
public sealed record MetricPoint(string Key, double Value, long Step = 0, DateTimeOffset? Time = null);

/// <summary>A run to start.</summary>
public sealed record NewRun(
    string Kind, string Name, string Folder = "Default", RunId? Parent = null, long? Seed = null, IReadOnlyDictionary<string, string>? Parameters = null,
    IReadOnlyDictionary<string, string>? Tags = null, RunId? Id = null, DateTimeOffset? StartedAt = null, RunEnvironment? Environment = null);

/// <summary>A dataset that a run says it read, known by name and digest; source, schema and profile as JSON.</summary>
public sealed record LoggedDataset(
    string Name, string Digest, string SourceType = "", string Source = "", string? Schema = null, string? Profile = null, IReadOnlyDictionary<string, string>? Tags = null);

/// <summary>A line of a run's log.</summary>
public sealed record LogLine(long Number, DateTimeOffset Time, string Text);

/// <summary>A line to append; its time is now where none is given.</summary>
public sealed record NewLogLine(string Text, DateTimeOffset? Time = null);

/// <summary>How far a log is after lines were appended.</summary>
public sealed record LogEnd(long Next, bool Full);

/// <summary>A part of a log; ended where nothing will follow.</summary>
public sealed record LogPart(IReadOnlyList<LogLine> Lines, long Next, bool Ended);

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

    /// <summary>Says which datasets the run read, which are no versions of this server.</summary>
    public Task<Run> LogDatasetsAsync(RunId run, IReadOnlyList<LoggedDataset> datasets, CancellationToken cancellationToken = default) =>
        _client.PostAsync<Run>($"/api/v1/runs/{run}/log", new { datasets }, cancellationToken);

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

    /// <summary>Appends lines to the run's log. With <paramref name="first"/>, the number that the first is to have, sending again appends nothing twice.</summary>
    public Task<LogEnd> AppendLinesAsync(RunId run, IReadOnlyList<NewLogLine> lines, long? first = null, CancellationToken cancellationToken = default) =>
        _client.PostAsync<LogEnd>($"/api/v1/runs/{run}/lines", new { lines, first }, cancellationToken);

    /// <summary>Lines of the run's log from a number on. Where there is none yet the server waits, 20 seconds at most.</summary>
    public Task<LogPart> LinesAsync(RunId run, long from = 0, TimeSpan wait = default, CancellationToken cancellationToken = default) =>
        _client.GetAsync<LogPart>(
            Query.Of($"/api/v1/runs/{run}/lines", ("from", from.ToString(CultureInfo.InvariantCulture)), ("wait", wait.TotalSeconds.ToString(CultureInfo.InvariantCulture))), cancellationToken);

    /// <summary>All lines of the run's log, as they come, until the run has ended.</summary>
    public async IAsyncEnumerable<LogLine> FollowAsync(RunId run, long from = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var part = await LinesAsync(run, from, TimeSpan.FromSeconds(15), cancellationToken);
            foreach (var line in part.Lines)
                yield return line;
            if (part.Ended)
                yield break;
            from = part.Next;
        }
    }

    /// <summary>Runs it again with the same inputs, seed and parameters; follow it with <see cref="ReproductionAsync"/>.</summary>
    public Task<StartedReproduction> ReproduceAsync(RunId run, CancellationToken cancellationToken = default) =>
        _client.PostAsync<StartedReproduction>($"/api/v1/runs/{run}/reproduce", new { }, cancellationToken);

    /// <summary>Compares a reproduction with its original.</summary>
    public Task<ReproductionReport> ReproductionAsync(RunId run, CancellationToken cancellationToken = default) =>
        _client.GetAsync<ReproductionReport>($"/api/v1/runs/{run}/reproduction", cancellationToken);

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
                ("limit", limit?.ToString(CultureInfo.InvariantCulture)), ("cursor", cursor)), cancellationToken);
}
