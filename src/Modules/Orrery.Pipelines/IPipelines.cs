using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Pipelines.Steps;
using Orrery.Platform.Access;

namespace Orrery.Pipelines;

/// <summary>What started a pipeline's run.</summary>
public enum PipelineTriggerKind
{
    /// <summary>Somebody.</summary>
    Manual,
    /// <summary>Its schedule; the detail is the planned time.</summary>
    Schedule,
    /// <summary>A signal; the detail is <c>stream#offset</c>.</summary>
    Signal,
    /// <summary>A backfill; the detail is the interval's parameter and value.</summary>
    Backfill,
}

/// <summary>What started a run. For all but manual ones kind and detail name the run: the same again starts nothing and returns the run there is.</summary>
public sealed record PipelineTrigger(PipelineTriggerKind Kind, string Detail = "")
{
    /// <summary>Somebody.</summary>
    public static PipelineTrigger Manual { get; } = new(PipelineTriggerKind.Manual);
}

/// <summary>Where a step stands.</summary>
public enum StepStatus
{
    /// <summary>It waits for others, or for its next attempt.</summary>
    Pending,
    /// <summary>It runs.</summary>
    Running,
    /// <summary>It is done, or a finished step of the same key stands for it.</summary>
    Succeeded,
    /// <summary>Its last attempt failed.</summary>
    Failed,
    /// <summary>Its condition did not hold, or a step that it needs did not succeed.</summary>
    Skipped,
    /// <summary>Somebody ended the run before it was done.</summary>
    Cancelled,
}

/// <summary>A step of a run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uses">Its kind.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Run">The run in the ledger of its last attempt.</param>
/// <param name="Attempt">How often it was tried.</param>
/// <param name="Cached">Whether an earlier step of the same key stands for it.</param>
/// <param name="Reason">Why it failed or was skipped.</param>
/// <param name="Progress">How far it is.</param>
/// <param name="Outputs">The versions it wrote.</param>
/// <param name="Facts">Its figures.</param>
/// <param name="StartedAt">When its last attempt began.</param>
/// <param name="EndedAt">When it ended.</param>
public sealed record StepState(
    string Name, string Uses, StepStatus Status, RunId? Run, int Attempt, bool Cached, string? Reason, StepProgress? Progress,
    IReadOnlyDictionary<string, VersionId> Outputs, IReadOnlyDictionary<string, JsonElement> Facts, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt);

/// <summary>A run of a pipeline.</summary>
/// <param name="Id">Its run in the ledger; the runs of its steps are parts of that.</param>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="Version">The number of the pipeline's version that runs.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Trigger">What started it.</param>
/// <param name="Parameters">What it was given, with the defaults.</param>
/// <param name="Owner">Who started it.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="EndedAt">When it ended.</param>
public sealed record PipelineRun(
    RunId Id, string Pipeline, int Version, RunStatus Status, PipelineTrigger Trigger, IReadOnlyDictionary<string, JsonElement> Parameters,
    string Owner, string? Error, DateTimeOffset StartedAt, DateTimeOffset? EndedAt);

/// <summary>A run with its steps, in the order in which they are declared.</summary>
public sealed record PipelineStatus(PipelineRun Run, IReadOnlyList<StepState> Steps)
{
    /// <summary>The step of that name.</summary>
    public StepState Step(string name) => Steps.FirstOrDefault(step => step.Name == name)
        ?? throw new NotFoundException($"The pipeline {Run.Pipeline} has no step '{name}'; it has {string.Join(", ", Steps.Select(step => step.Name))}.");
}

/// <summary>Intervals of time, each of which a pipeline is to run for.</summary>
/// <param name="Parameter">The parameter that gets the start of each interval.</param>
/// <param name="From">Start of the first interval.</param>
/// <param name="To">No interval begins here or later.</param>
/// <param name="Every">Length of an interval.</param>
public sealed record Backfill(string Parameter, DateTimeOffset From, DateTimeOffset To, TimeSpan Every);

/// <summary>
/// Runs declared pipelines. State is durable: a run that was accepted goes on after <c>kill -9</c> with the steps that are not finished. Thread-safe.
/// </summary>
public interface IPipelines
{
    /// <summary>Starts a run of the pipeline's latest version and returns at once.</summary>
    /// <exception cref="InvalidException">A parameter is unknown or of another type, or a step's <c>with</c> is wrong with these parameters.</exception>
    Task<RunId> StartAsync(
        Caller caller, string pipeline, IReadOnlyDictionary<string, string>? parameters = null, PipelineTrigger? trigger = null, CancellationToken cancellationToken = default);

    /// <summary>Starts a run for each interval; intervals that were started before are not started again.</summary>
    Task<IReadOnlyList<RunId>> BackfillAsync(
        Caller caller, string pipeline, Backfill backfill, IReadOnlyDictionary<string, string>? parameters = null, CancellationToken cancellationToken = default);

    /// <summary>Where a run stands.</summary>
    /// <exception cref="NotFoundException">There is no such run of a pipeline.</exception>
    Task<PipelineStatus> GetAsync(Caller caller, RunId run, CancellationToken cancellationToken = default);

    /// <summary>Runs, newest first; of one pipeline, or of all where null.</summary>
    Task<Page<PipelineRun>> ListAsync(Caller caller, string? pipeline, PageRequest page, CancellationToken cancellationToken = default);

    /// <summary>Ends a run: steps that run are told to stop. A run that has ended stays as it is.</summary>
    Task CancelAsync(Caller caller, RunId run, CancellationToken cancellationToken = default);

    /// <summary>Waits until the run has ended.</summary>
    Task<PipelineStatus> WaitAsync(Caller caller, RunId run, CancellationToken cancellationToken = default);
}
