using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Tuning.Pruners;
using Orrery.Tuning.Spaces;
using Orrery.Tuning.Studies;

namespace Orrery.Training.Studies;

/// <summary>How many trials of a study stand where.</summary>
public sealed record StudyCounts(int Running, int Complete, int Pruned, int Failed, int Waiting);

/// <summary>A trial of a study.</summary>
/// <param name="Number">Its number; earlier studies' trials have the first.</param>
/// <param name="Run">Its run; null for a trial of an earlier study.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Parameters">Its parameters by name.</param>
/// <param name="Values">One an objective; empty unless complete.</param>
/// <param name="Violations">By how much it breaks each constraint; 0 or below where it keeps it.</param>
/// <param name="Worker">Who runs it.</param>
/// <param name="Failure">Why it failed.</param>
/// <param name="RetryOf">The failed trial that it tries again.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
public sealed record StudyTrial(
    int Number, RunId? Run, TrialState State, IReadOnlyDictionary<string, ParameterValue> Parameters, IReadOnlyList<double> Values, IReadOnlyList<double> Violations,
    string? Worker, string? Failure, int? RetryOf, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt)
{
    /// <summary>Whether it is complete and keeps every constraint.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsFeasible => State == TrialState.Complete && Violations.All(v => v <= 0);
}

/// <summary>A run of a study as it stands.</summary>
/// <param name="Run">The run; trials are runs below it.</param>
/// <param name="Study">The study's name; the trainer's for the study of a training.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="Owner">Who started it.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Trainer">Whose trials these are; null where workers outside run them.</param>
/// <param name="Space">The parameters, or those that were asked for so far.</param>
/// <param name="DefinedByRun">Whether the objective defines the space by what it asks for.</param>
/// <param name="Objectives">What is to become large or small.</param>
/// <param name="Constraints">What the best must keep.</param>
/// <param name="Sampler">What proposes points.</param>
/// <param name="Pruner">What stops trials.</param>
/// <param name="Trials">How many are to be run.</param>
/// <param name="Counts">How many stand where.</param>
/// <param name="Best">The best trial; of several objectives those that no other beats in all.</param>
public sealed record StudyStatus(
    RunId Run, string Study, RunStatus Status, string? Error, string Owner, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string? Trainer,
    IReadOnlyList<ParameterSpec> Space, bool DefinedByRun, IReadOnlyList<ObjectiveSpec> Objectives, IReadOnlyList<ConstraintSpec> Constraints,
    SamplerKind Sampler, PrunerKind Pruner, int Trials, StudyCounts Counts, IReadOnlyList<StudyTrial> Best);

/// <summary>What a worker that asked gets.</summary>
/// <param name="Trial">The trial to run; null where there is none now.</param>
/// <param name="Done">Whether there will be none any more: the worker may go.</param>
/// <param name="LeaseSeconds">Say something about the trial within this time, or it counts as lost.</param>
public sealed record TrialOffer(StudyTrial? Trial, bool Done, double LeaseSeconds);

/// <summary>How a trial came out.</summary>
/// <param name="State"><c>complete</c>, <c>pruned</c> or <c>failed</c>.</param>
/// <param name="Metrics">Of a complete one: at least the objectives and what constraints bound.</param>
/// <param name="Reason">Why it failed.</param>
public sealed record TrialResult(TrialState State, IReadOnlyDictionary<string, double>? Metrics = null, string? Reason = null);

/// <summary>What matters in a study, for one objective.</summary>
/// <param name="Shares">By parameter: the share of the objective's variance that it explains alone.</param>
/// <param name="Pairs">What two explain together beyond that, the largest first.</param>
public sealed record StudyImportance(IReadOnlyDictionary<string, double> Shares, IReadOnlyList<Tuning.Importance.PairImportance> Pairs);

/// <summary>
/// Runs of studies. Trials of a trainer are run here, by a worker that goes on after a crash; workers outside take part by ask, report and tell. Everything is in the ledger before
/// it is answered. Thread-safe.
/// </summary>
public interface IStudies
{
    /// <summary>Starts a run of a declared study and returns at once.</summary>
    /// <exception cref="InvalidException">It does not fit its trainer, or an earlier study does not fit it.</exception>
    Task<RunId> StartAsync(Caller caller, string study, CancellationToken cancellationToken = default);

    /// <summary>Runs of a study, or of all, newest first.</summary>
    Task<Page<Run>> ListAsync(Caller caller, string? study, PageRequest page, CancellationToken cancellationToken = default);

    /// <summary>How a run stands.</summary>
    Task<StudyStatus> GetAsync(Caller caller, RunId run, CancellationToken cancellationToken = default);

    /// <summary>Its trials, by number.</summary>
    Task<Page<StudyTrial>> TrialsAsync(Caller caller, RunId run, PageRequest page, CancellationToken cancellationToken = default);

    /// <summary>Which parameters matter for an objective.</summary>
    /// <exception cref="InvalidException">Fewer than two trials are complete.</exception>
    Task<StudyImportance> ImportanceAsync(Caller caller, RunId run, int objective = 0, CancellationToken cancellationToken = default);

    /// <summary>Gives a worker the next trial.</summary>
    /// <exception cref="ConflictException">The run has ended.</exception>
    Task<TrialOffer> AskAsync(Caller caller, RunId run, string worker, CancellationToken cancellationToken = default);

    /// <summary>The value of a parameter of a trial, where the objective defines the space by what it asks for.</summary>
    Task<ParameterValue> SuggestAsync(Caller caller, RunId run, int trial, string worker, ParameterSpec parameter, CancellationToken cancellationToken = default);

    /// <summary>A trial's first objective on its way; also tells that its worker is alive.</summary>
    /// <returns>Whether it should go on.</returns>
    /// <exception cref="ConflictException">The trial has ended or is another worker's.</exception>
    Task<PruningDecision> ReportAsync(Caller caller, RunId run, int trial, string worker, int step, double value, CancellationToken cancellationToken = default);

    /// <summary>Tells that a trial's worker is alive.</summary>
    /// <exception cref="ConflictException">The trial has ended or is another worker's: the worker must stop.</exception>
    Task BeatAsync(Caller caller, RunId run, int trial, string worker, CancellationToken cancellationToken = default);

    /// <summary>Tells how a trial came out; telling the same again changes nothing.</summary>
    /// <exception cref="ConflictException">The trial has ended otherwise or is another worker's.</exception>
    Task<StudyTrial> TellAsync(Caller caller, RunId run, int trial, string worker, TrialResult result, CancellationToken cancellationToken = default);

    /// <summary>Adds a point to try next.</summary>
    Task EnqueueAsync(Caller caller, RunId run, IReadOnlyDictionary<string, ParameterValue> parameters, CancellationToken cancellationToken = default);

    /// <summary>Ends a run: no more trials; those under way are given up.</summary>
    Task StopAsync(Caller caller, RunId run, CancellationToken cancellationToken = default);
}
