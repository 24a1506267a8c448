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
    IReadOnlyDictionary<string, string>? Tags = null, RunId? Id = null);

/// <summary>The record of all runs.</summary>
public sealed class RunsClient
{
    private readonly OrreryClient _client;

    internal RunsClient(OrreryClient client) => _client = client;

    /// <summary>Starts a run.</summary>
    public Task<Run> StartAsync(NewRun run, CancellationToken cancellationToken = default) => _client.PostAsync<Run>("/api/v1/runs", run, cancellationToken);

    /// <summary>Adds metric points and parameters: all or nothing.</summary>
    public Task<Run> LogAsync(
        RunId run, IReadOnlyList<MetricPoint>? metrics = null, IReadOnlyDictionary<string, string>? parameters = null, CancellationToken cancellationToken = default) =>
        _client.PostAsync<Run>($"/api/v1/runs/{run}/log", new { metrics, parameters }, cancellationToken);

    /// <summary>Ends a run: <c>finished</c>, <c>failed</c> or <c>cancelled</c>.</summary>
    public Task<Run> FinishAsync(RunId run, string status = "finished", string? error = null, CancellationToken cancellationToken = default) =>
        _client.PostAsync<Run>($"/api/v1/runs/{run}/finish", new { status, error }, cancellationToken);

    /// <summary>One run.</summary>
    public Task<Run> GetAsync(RunId run, CancellationToken cancellationToken = default) => _client.GetAsync<Run>($"/api/v1/runs/{run}", cancellationToken);

    /// <summary>Runs that meet all conditions, newest first.</summary>
    public Task<Page<Run>> ListAsync(
        string? kind = null, string? folder = null, RunId? parent = null, string? status = null, int? limit = null, string? cursor = null, CancellationToken cancellationToken = default) =>
        _client.GetAsync<Page<Run>>(
            Query.Of("/api/v1/runs", ("kind", kind), ("folder", folder), ("parent", parent?.ToString()), ("status", status),
                ("limit", limit?.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("cursor", cursor)), cancellationToken);
}
