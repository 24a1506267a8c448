using System.Globalization;
using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Tuning.Spaces;
using Orrery.Tuning.Studies;

namespace Orrery.Training.Studies;

/// <summary>
/// Trials as runs below the study's, and back: what stands there is all that a study needs to go on. A parameter of the search is a parameter of the run, an objective a metric
/// <c>objective.NAME</c>, a report a point of the metric of that name; the rest are tags.
/// </summary>
internal sealed class TrialLedger(IRuns runs, TimeProvider time)
{
    public const string Kind = "trial";

    private const string Objective = "objective.";
    private const string Asked = "space.";
    private const string Enqueued = "enqueued.";
    private const string Number = "trial.number", Worker = "trial.worker", RetryOf = "trial.retry_of", State = "trial.state", FromQueue = "trial.enqueued";

    // A failure that is nobody's fault but the worker's.
    private const string Lost = "lost";

    public async Task<RunId> BeginAsync(
        Caller caller, Run study, StudyPlan plan, TrialRecord trial, string worker, bool wasEnqueued, RunKeeper keeper, CancellationToken cancellationToken)
    {
        var tags = new Dictionary<string, string> { [Number] = Text(trial.Number), [Worker] = worker };
        if (trial.RetryOf is { } earlier)
            tags[RetryOf] = Text(earlier);
        if (wasEnqueued)
            tags[FromQueue] = "true";
        var run = await runs.StartAsync(caller, new(
            Kind, $"trial {Text(trial.Number)}", study.Folder, study.Id, study.Seed, Parameters(plan, trial.Parameters), tags)
        { Keeper = keeper }, cancellationToken);
        return run.Id;
    }

    public async Task EndAsync(
        Caller caller, StudyPlan plan, StoredTrial trial, IReadOnlyDictionary<string, double> metrics, IReadOnlyList<MetricPoint> course, CancellationToken cancellationToken)
    {
        var (told, now) = (trial.Record, time.GetUtcNow());
        await runs.LogAsync(caller, trial.Run, new()
        {
            Metrics = [.. course, .. metrics.Select(m => new MetricPoint(plan.Metrics.Contains(m.Key) ? Objective + m.Key : m.Key, m.Value, 0, now))],
            Tags = new Dictionary<string, string> { [State] = trial.WasLost ? Lost : Word(told.State) },
        }, cancellationToken);
        await runs.FinishAsync(caller, trial.Run, Status(told.State), told.Failure, cancellationToken: cancellationToken);
    }

    public Task ReportAsync(Caller caller, StudyPlan plan, RunId trial, int step, double value, CancellationToken cancellationToken) =>
        runs.LogAsync(caller, trial, new() { Metrics = [new(plan.Objectives[0].Metric, value, step, time.GetUtcNow())] }, cancellationToken);

    public Task SuggestedAsync(Caller caller, StudyPlan plan, RunId trial, TrialRecord record, CancellationToken cancellationToken) =>
        runs.LogAsync(caller, trial, new() { Parameters = Parameters(plan, record.Parameters) }, cancellationToken);

    public Task AskedAsync(Caller caller, RunId study, int index, ParameterSpec parameter, CancellationToken cancellationToken) =>
        TagAsync(caller, study, Asked + Text(index), JsonSerializer.Serialize(parameter, LedgerJson.Options), cancellationToken);

    public Task EnqueuedAsync(Caller caller, RunId study, int index, IReadOnlyDictionary<string, ParameterValue> parameters, CancellationToken cancellationToken) =>
        TagAsync(caller, study, Enqueued + Text(index), JsonSerializer.Serialize(parameters, LedgerJson.Options), cancellationToken);

    /// <summary>What an objective that defines the space has asked for, in order.</summary>
    public static IReadOnlyList<ParameterSpec> AskedFor(Run study) => Listed<ParameterSpec>(study, Asked);

    /// <summary>The points that were enqueued while it ran, in order.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, ParameterValue>> Points(Run study) => Listed<IReadOnlyDictionary<string, ParameterValue>>(study, Enqueued);

    /// <summary>Every trial below a study's run, by number.</summary>
    public async Task<IReadOnlyList<StoredTrial>> ReadAsync(Caller caller, Run study, StudyPlan plan, IReadOnlyList<ParameterSpec> space, CancellationToken cancellationToken)
    {
        var trials = new List<StoredTrial>();
        for (string? next = null; ;)
        {
            var page = await runs.ListAsync(caller, new(Kind, Parent: study.Id), new(PageRequest.MaxLimit, next), cancellationToken);
            foreach (var run in page.Items.Where(run => run.Tags.ContainsKey(Number)))
                trials.Add(await TrialAsync(caller, run, plan, space, cancellationToken));
            if ((next = page.Next) is null)
                return [.. trials.OrderBy(trial => trial.Record.Number)];
        }
    }

    private async Task<StoredTrial> TrialAsync(Caller caller, Run run, StudyPlan plan, IReadOnlyList<ParameterSpec> space, CancellationToken cancellationToken)
    {
        var state = run.Tags.GetValueOrDefault(State) switch
        {
            { } word when word != Lost && Enum.TryParse<TrialState>(word, ignoreCase: true, out var told) => told,
            null when run.Status == RunStatus.Running => TrialState.Running,
            _ => TrialState.Failed, // ended from outside, or with its process
        };
        var record = new TrialRecord
        {
            Number = int.Parse(run.Tags[Number], CultureInfo.InvariantCulture),
            Parameters = space.Where(p => run.Parameters.ContainsKey(plan.Prefix + p.Name)).ToDictionary(p => p.Name, p => Value(p, run.Parameters[plan.Prefix + p.Name]), StringComparer.Ordinal),
            State = state,
            RetryOf = run.Tags.TryGetValue(RetryOf, out var earlier) ? int.Parse(earlier, CultureInfo.InvariantCulture) : null,
            Failure = state == TrialState.Failed ? run.Error ?? "It was ended from outside." : null,
        };
        if (state == TrialState.Complete)
        {
            var (values, constraints) = plan.Of(run.Metrics.Where(m => m.Key.StartsWith(Objective, StringComparison.Ordinal)).ToDictionary(m => m.Key[Objective.Length..], m => m.Value));
            record = record with { Values = [.. values], Constraints = [.. constraints] };
        }

        // Its end was told, and the server ended before it was written down.
        if (state != TrialState.Running && run.Status == RunStatus.Running)
            await runs.FinishAsync(caller, run.Id, Status(state), record.Failure, cancellationToken: cancellationToken);
        if (plan.Options.Pruner != PrunerKind.None)
            record = record with { Reports = [.. await ReportsAsync(caller, run.Id, plan, cancellationToken)] };
        return new(record, run.Id, run.Tags.GetValueOrDefault(Worker) ?? "", run.StartedAt, run.EndedAt)
        {
            WasEnqueued = run.Tags.ContainsKey(FromQueue),
            WasLost = state == TrialState.Failed && run.Tags.GetValueOrDefault(State) is null or Lost,
        };
    }

    private async Task<IEnumerable<IntermediateValue>> ReportsAsync(Caller caller, RunId trial, StudyPlan plan, CancellationToken cancellationToken) =>
        (await runs.MetricHistoryAsync(caller, trial, plan.Objectives[0].Metric, cancellationToken)).Where(point => plan.IsReport(point.Step))
            .DistinctBy(point => point.Step).Select(point => new IntermediateValue((int)point.Step, double.IsFinite(point.Value) ? point.Value : null));

    private Task TagAsync(Caller caller, RunId run, string name, string value, CancellationToken cancellationToken) =>
        runs.LogAsync(caller, run, new() { Tags = new Dictionary<string, string> { [name] = value } }, cancellationToken);

    private static IReadOnlyList<T> Listed<T>(Run study, string prefix) =>
        [.. study.Tags.Where(tag => tag.Key.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(tag => int.Parse(tag.Key[prefix.Length..], CultureInfo.InvariantCulture)).Select(tag => JsonSerializer.Deserialize<T>(tag.Value, LedgerJson.Options)!)];

    private static Dictionary<string, string> Parameters(StudyPlan plan, IReadOnlyDictionary<string, ParameterValue> values) =>
        values.ToDictionary(p => plan.Prefix + p.Key, p => p.Value.ToString(), StringComparer.Ordinal);

    private static ParameterValue Value(ParameterSpec parameter, string text) =>
        parameter.Kind == ParameterKind.Categorical ? text : double.Parse(text, CultureInfo.InvariantCulture);

    private static RunStatus Status(TrialState ended) => ended == TrialState.Failed ? RunStatus.Failed : RunStatus.Finished;

    private static string Word(TrialState state) => $"{state}".ToLowerInvariant();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
