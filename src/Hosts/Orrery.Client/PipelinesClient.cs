using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Client;

/// <summary>What started a run.</summary>
public sealed record PipelineTrigger([property: Words("manual", "schedule", "signal", "backfill")] string Kind, string Detail);

/// <summary>A run of a pipeline.</summary>
public sealed record PipelineRun(
    RunId Id, string Pipeline, int Version, [property: Words("running", "finished", "failed", "cancelled", "scheduled")] string Status,
    PipelineTrigger Trigger, IReadOnlyDictionary<string, JsonElement> Parameters, string Owner, string? Error, DateTimeOffset StartedAt, DateTimeOffset? EndedAt)
{
    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => Status is not ("running" or "scheduled");
}

/// <summary>How far a step is.</summary>
public sealed record StepProgress(long Done, long? Total, string Unit);

/// <summary>A step of a run.</summary>
public sealed record StepState(
    string Name, string Uses, [property: Words("pending", "running", "succeeded", "failed", "skipped", "cancelled")] string Status, RunId? Run, int Attempt, bool Cached, string? Reason, StepProgress? Progress,
    IReadOnlyDictionary<string, VersionId> Outputs, IReadOnlyDictionary<string, JsonElement> Facts, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt);

/// <summary>A run with its steps.</summary>
public sealed record PipelineStatus(PipelineRun Run, IReadOnlyList<StepState> Steps)
{
    /// <summary>The step of that name.</summary>
    public StepState Step(string name) => Steps.First(step => step.Name == name);
}

/// <summary>Pipelines.</summary>
public sealed class PipelinesClient
{
    private readonly OrreryClient _client;

    internal PipelinesClient(OrreryClient client) => _client = client;

    /// <summary>Starts a run and returns at once.</summary>
    public Task<PipelineStatus> StartAsync(string pipeline, IReadOnlyDictionary<string, string>? parameters = null, CancellationToken cancellationToken = default) =>
        _client.PostAsync<PipelineStatus>($"/api/v1/pipelines/{Uri.EscapeDataString(pipeline)}/runs", new { parameters }, cancellationToken);

    /// <summary>Where a run stands.</summary>
    public Task<PipelineStatus> GetAsync(RunId run, CancellationToken cancellationToken = default) =>
        _client.GetAsync<PipelineStatus>($"/api/v1/pipelines/runs/{run}", cancellationToken);

    /// <summary>Runs, newest first; of one pipeline, or of all.</summary>
    public Task<Page<PipelineRun>> ListAsync(string? pipeline = null, string? cursor = null, CancellationToken cancellationToken = default) =>
        _client.GetAsync<Page<PipelineRun>>(Query.Of("/api/v1/pipelines/runs", ("pipeline", pipeline), ("cursor", cursor)), cancellationToken);

    /// <summary>Ends a run.</summary>
    public Task CancelAsync(RunId run, CancellationToken cancellationToken = default) => _client.PostAsync($"/api/v1/pipelines/runs/{run}/cancel", new { }, cancellationToken);
}
