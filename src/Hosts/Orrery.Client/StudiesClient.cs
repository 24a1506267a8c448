using System.Globalization;
using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Client;

/// <summary>What is to become large or small.</summary>
public sealed record ObjectiveSpec(string Metric, [property: Words("higherIsBetter", "lowerIsBetter")] string? Direction = null);

/// <summary>A bound that a trial must keep to be the best.</summary>
public sealed record ConstraintSpec(string Metric, double? AtMost = null, double? AtLeast = null);

/// <summary>A parameter belongs to some choices of another.</summary>
public sealed record ParameterCondition(string Parameter, IReadOnlyList<string> Choices);

/// <summary>A parameter of a search.</summary>
public sealed record ParameterSpec(
    string Name, [property: Words("float", "integer", "categorical")] string Kind, double? Low = null, double? High = null, double? Step = null,
    [property: Words("linear", "log")] string Scale = "linear", IReadOnlyList<string>? Choices = null, ParameterCondition? When = null);

/// <summary>How many trials of a study stand where.</summary>
public sealed record StudyCounts(int Running, int Complete, int Pruned, int Failed, int Waiting);

/// <summary>A trial of a study. A parameter is a number or the name of a choice.</summary>
public sealed record StudyTrial(
    int Number, RunId? Run, [property: Words("running", "complete", "pruned", "failed")] string State, IReadOnlyDictionary<string, JsonElement> Parameters,
    IReadOnlyList<double> Values, IReadOnlyList<double> Violations, string? Worker, string? Failure, int? RetryOf, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt);

/// <summary>A run of a study as it stands.</summary>
public sealed record StudyStatus(
    RunId Run, string Study, [property: Words("running", "finished", "failed", "cancelled", "scheduled")] string Status, string? Error, string Owner, DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt, string? Trainer, IReadOnlyList<ParameterSpec> Space, bool DefinedByRun, IReadOnlyList<ObjectiveSpec> Objectives,
    IReadOnlyList<ConstraintSpec> Constraints,
    [property: Words("tpe", "quasiRandom", "random", "grid", "cmaEs", "gaussianProcess", "nsgaII")] string Sampler,
    [property: Words("none", "median", "successiveHalving", "percentile", "hyperband")] string Pruner, int Trials, StudyCounts Counts, IReadOnlyList<StudyTrial> Best)
{
    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => Status is not ("running" or "scheduled");
}

/// <summary>What a worker that asked gets: a trial, or none now; done where there will be none any more.</summary>
public sealed record TrialOffer(StudyTrial? Trial, bool Done, double LeaseSeconds);

/// <summary>What two parameters explain together beyond what each explains alone.</summary>
public sealed record PairImportance(string First, string Second, double Share);

/// <summary>What matters in a study, for one objective.</summary>
public sealed record StudyImportance(IReadOnlyDictionary<string, double> Shares, IReadOnlyList<PairImportance> Pairs);

/// <summary>Studies: searches for the best parameters.</summary>
public sealed class StudiesClient
{
    private readonly OrreryClient _client;

    internal StudiesClient(OrreryClient client) => _client = client;

    /// <summary>Starts a run of a declared study and returns at once.</summary>
    public Task<StudyStatus> StartAsync(string study, CancellationToken cancellationToken = default) =>
        _client.PostAsync<StudyStatus>($"/api/v1/studies/{Uri.EscapeDataString(study)}/runs", new { }, cancellationToken);

    /// <summary>Runs, newest first; of one study, or of all.</summary>
    public Task<Page<Run>> ListAsync(string? study = null, string? cursor = null, CancellationToken cancellationToken = default) =>
        _client.GetAsync<Page<Run>>(Query.Of("/api/v1/studies/runs", ("study", study), ("cursor", cursor)), cancellationToken);

    /// <summary>Where a run stands.</summary>
    public Task<StudyStatus> GetAsync(RunId run, CancellationToken cancellationToken = default) => _client.GetAsync<StudyStatus>(At(run), cancellationToken);

    /// <summary>Its trials, by number.</summary>
    public Task<Page<StudyTrial>> TrialsAsync(RunId run, string? cursor = null, CancellationToken cancellationToken = default) =>
        _client.GetAsync<Page<StudyTrial>>(Query.Of($"{At(run)}/trials", ("cursor", cursor)), cancellationToken);

    /// <summary>Which parameters matter for an objective.</summary>
    public Task<StudyImportance> ImportanceAsync(RunId run, int objective = 0, CancellationToken cancellationToken = default) =>
        _client.GetAsync<StudyImportance>($"{At(run)}/importance?objective={objective.ToString(CultureInfo.InvariantCulture)}", cancellationToken);

    /// <summary>Adds a point to try next; the sampler chooses what it leaves open.</summary>
    public Task EnqueueAsync(RunId run, IReadOnlyDictionary<string, object> parameters, CancellationToken cancellationToken = default) =>
        _client.PostAsync($"{At(run)}/enqueue", new { parameters }, cancellationToken);

    /// <summary>Ends a run.</summary>
    public Task StopAsync(RunId run, CancellationToken cancellationToken = default) => _client.PostAsync($"{At(run)}/stop", new { }, cancellationToken);

    /// <summary>Asks for a trial. Whoever runs it says something about it within the lease, or it is given to another.</summary>
    public Task<TrialOffer> AskAsync(RunId run, string worker, CancellationToken cancellationToken = default) =>
        _client.PostAsync<TrialOffer>($"{At(run)}/ask", new { worker }, cancellationToken);

    /// <summary>The value of a parameter, where the objective defines the space by what it asks for.</summary>
    public async Task<JsonElement> SuggestAsync(RunId run, int trial, string worker, ParameterSpec parameter, CancellationToken cancellationToken = default) =>
        (await _client.PostAsync<JsonElement>($"{At(run, trial)}/suggest", new { worker, parameter }, cancellationToken).ConfigureAwait(false)).GetProperty("value");

    /// <summary>Reports the first objective on the way.</summary>
    /// <returns>Whether the trial should go on.</returns>
    public async Task<bool> ReportAsync(RunId run, int trial, string worker, int step, double value, CancellationToken cancellationToken = default) =>
        (await _client.PostAsync<JsonElement>($"{At(run, trial)}/report", new { worker, step, value = double.IsFinite(value) ? value : (double?)null }, cancellationToken).ConfigureAwait(false))
        .GetProperty("decision").GetString() != "stop";

    /// <summary>Says that a trial's worker is alive.</summary>
    /// <exception cref="ConflictException">The trial is no longer its own: it must stop.</exception>
    public Task BeatAsync(RunId run, int trial, string worker, CancellationToken cancellationToken = default) =>
        _client.PostAsync($"{At(run, trial)}/heartbeat", new { worker }, cancellationToken);

    /// <summary>Tells what a trial came to: at least the objectives, and what constraints bound.</summary>
    public Task<StudyTrial> TellAsync(RunId run, int trial, string worker, IReadOnlyDictionary<string, double> metrics, CancellationToken cancellationToken = default) =>
        _client.PostAsync<StudyTrial>($"{At(run, trial)}/tell", new { worker, metrics }, cancellationToken);

    /// <summary>Tells that a trial was pruned.</summary>
    public Task<StudyTrial> TellPrunedAsync(RunId run, int trial, string worker, CancellationToken cancellationToken = default) =>
        _client.PostAsync<StudyTrial>($"{At(run, trial)}/tell", new { worker, state = "pruned" }, cancellationToken);

    /// <summary>Tells that a trial failed.</summary>
    public Task<StudyTrial> TellFailedAsync(RunId run, int trial, string worker, string reason, CancellationToken cancellationToken = default) =>
        _client.PostAsync<StudyTrial>($"{At(run, trial)}/tell", new { worker, state = "failed", reason }, cancellationToken);

    private static string At(RunId run) => $"/api/v1/studies/runs/{run}";

    private static string At(RunId run, int trial) => $"/api/v1/studies/runs/{run}/trials/{trial.ToString(CultureInfo.InvariantCulture)}";
}
