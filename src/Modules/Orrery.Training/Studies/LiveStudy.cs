using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Tuning.Pruners;
using Orrery.Tuning.Spaces;
using Orrery.Tuning.Studies;

namespace Orrery.Training.Studies;

/// <summary>
/// A run of a study in memory, the one owner of its search. Every change is in the ledger before it is answered; where that fails, memory is ahead of it, the owner is
/// <see cref="IsStale"/>, and the next call reads the ledger again. Calls come one after the other but for <see cref="Judge"/>.
/// </summary>
internal sealed class LiveStudy(Run run, StudyPlan plan, Study study, IEnumerable<StoredTrial> stored, StudyLedger ledger, TimeProvider time)
{
    private readonly SortedDictionary<int, StoredTrial> _stored = new(stored.ToDictionary(trial => trial.Record.Number));
    private readonly TrialLeases _leases = new();

    // The study is also asked by trials that run in this process, from their own threads.
    private readonly Lock _gate = new();
    private int _points = TrialLedger.Points(run).Count;
    private Run _run = run;

    public StudyPlan Plan => plan;

    /// <summary>Whether memory is ahead of the ledger, so that it has to be read again.</summary>
    public bool IsStale { get; private set; }

    public bool HasEnded => _run.Status != RunStatus.Running;

    /// <summary>Whether every trial that was wanted has ended.</summary>
    private bool IsDone => Left == 0 && !_stored.Values.Any(trial => trial.Record.State == TrialState.Running);

    // A trial that is tried again does not count twice; one that waits to be tried again is not counted yet.
    private int Left => Math.Max(0, plan.Trials - (_stored.Count - study.Trials.Count(t => t.RetryOf is not null) - study.Waiting.Count(w => w.RetryOf is not null)));

    /// <summary>Takes up what the ledger says: points that wait, and the leases of workers who may still be there.</summary>
    public void TakeUp()
    {
        foreach (var lost in _stored.Values.Where(trial => trial.WasLost && !study.Trials.Any(t => t.RetryOf == trial.Record.Number)))
            study.Retry(lost.Record.Number, plan.Attempts);
        foreach (var point in plan.Enqueue.Concat(TrialLedger.Points(_run)).Skip(_stored.Values.Count(trial => trial.WasEnqueued)))
            study.Enqueue(point);
        foreach (var trial in _stored.Values.Where(trial => trial.Record.State == TrialState.Running))
            _leases.Take(trial.Record.Number, trial.Worker, LeaseOf(trial.Worker));
    }

    public async Task<TrialOffer> AskAsync(Caller caller, string worker, CancellationToken cancellationToken)
    {
        RequireRunning();
        await DropLostAsync(caller, cancellationToken);
        TrialRecord trial;
        bool wasEnqueued;
        lock (_gate)
        {
            if (Left == 0)
                return new(null, IsDone, plan.Lease.TotalSeconds);
            wasEnqueued = study.Waiting.FirstOrDefault() is { RetryOf: null };
            trial = study.Ask();
        }

        await WriteAsync(async () =>
        {
            var trialRun = await ledger.Trials.BeginAsync(caller, _run, plan, trial, worker, wasEnqueued, StudyWorker.IsHere(worker) ? plan.Keeper : RunKeeper.Other, cancellationToken);
            _stored[trial.Number] = new(trial, trialRun, worker, time.GetUtcNow(), null) { WasEnqueued = wasEnqueued };
        });
        _leases.Take(trial.Number, worker, LeaseOf(worker));
        return new(Shown(_stored[trial.Number]), false, plan.Lease.TotalSeconds);
    }

    public async Task<ParameterValue> SuggestAsync(Caller caller, int trial, string worker, ParameterSpec parameter, CancellationToken cancellationToken)
    {
        var held = Held(trial, worker);
        var known = study.Space.Dimensions.Count;
        var value = study.Suggest(trial, parameter);
        if (held.Record.Parameters.ContainsKey(parameter.Name))
            return value;
        await WriteAsync(async () =>
        {
            if (study.Space.Dimensions.Count > known)
                await ledger.Trials.AskedAsync(caller, _run.Id, known, parameter, cancellationToken);
            await ledger.Trials.SuggestedAsync(caller, plan, held.Run, study.Trials[trial], cancellationToken);
        });
        _stored[trial] = held with { Record = study.Trials[trial] };
        return value;
    }

    /// <summary>A trial of this process reports; its course is written when it ends. Thread-safe.</summary>
    public PruningDecision Judge(int trial, int step, double value)
    {
        lock (_gate)
            return plan.IsReport(step) ? study.Report(trial, step, value) : PruningDecision.Continue;
    }

    public async Task<PruningDecision> ReportAsync(Caller caller, int trial, string worker, int step, double value, CancellationToken cancellationToken)
    {
        var held = Held(trial, worker);
        PruningDecision decision;
        lock (_gate)
            decision = study.Report(trial, step, value);
        await WriteAsync(() => ledger.Trials.ReportAsync(caller, plan, held.Run, step, value, cancellationToken));
        _stored[trial] = held with { Record = study.Trials[trial] };
        return decision;
    }

    /// <summary>The worker is alive.</summary>
    public void Beat(int trial, string worker) => Held(trial, worker);

    public async Task<StudyTrial> TellAsync(
        Caller caller, int trial, string worker, TrialResult result, IReadOnlyList<MetricPoint>? course, CancellationToken cancellationToken)
    {
        var metrics = result.Metrics ?? new Dictionary<string, double>();
        var (values, constraints) = result.State == TrialState.Complete ? plan.Of(metrics) : ([], []);
        // Told again by a worker that did not hear the answer.
        if (_stored.TryGetValue(trial, out var ended) && ended.Worker == worker && ended.Record.State == result.State && result.State != TrialState.Running
            && ended.Record.Values.SequenceEqual(values))
            return Shown(ended);
        var held = Held(trial, worker);
        TrialRecord told;
        int? best;
        lock (_gate)
        {
            best = study.Best?.Number;
            told = result.State switch
            {
                TrialState.Complete => study.Tell(trial, values, constraints),
                TrialState.Pruned => study.TellPruned(trial),
                TrialState.Failed => study.TellFailed(trial, string.IsNullOrWhiteSpace(result.Reason) ? "Its worker said that it failed." : result.Reason),
                _ => throw new InvalidException("A trial ends as complete, pruned or failed, not as running."),
            };
        }

        return await EndAsync(caller, held with { Record = told }, metrics, course ?? [], best, cancellationToken);
    }

    public async Task EnqueueAsync(Caller caller, IReadOnlyDictionary<string, ParameterValue> parameters, CancellationToken cancellationToken)
    {
        RequireRunning();
        if (Left == 0)
            throw new ConflictException($"All {plan.Trials} trials of the study have been given out; a point that is enqueued now would never be tried.");
        lock (_gate)
            study.Enqueue(parameters);
        await WriteAsync(() => ledger.Trials.EnqueuedAsync(caller, _run.Id, _points, parameters, cancellationToken));
        _points++;
    }

    /// <summary>Gives up the trials of workers that are gone, and tries their points again where they may be.</summary>
    public Task DropLostAsync(Caller caller, CancellationToken cancellationToken) => LoseAsync(
        caller, _leases.Lost(time.GetUtcNow()), trial => $"Its worker '{trial.Worker}' was not heard of for {plan.Lease.TotalSeconds:0} s.", cancellationToken);

    /// <summary>The same for the trials of an earlier life of this server.</summary>
    public Task DropMineAsync(Caller caller, CancellationToken cancellationToken) => LoseAsync(
        caller, [.. _leases.Trials.Where(trial => StudyWorker.IsServer(_leases.HolderOf(trial)!))], _ => "The server ended while it ran.", cancellationToken);

    /// <summary>Ends the run where all is done.</summary>
    public async Task FinishIfDoneAsync(Caller caller, CancellationToken cancellationToken)
    {
        if (!HasEnded && IsDone)
            await FinishAsync(caller, RunStatus.Finished, null, cancellationToken);
    }

    /// <summary>Ends the run; trials under way are given up.</summary>
    public async Task FinishAsync(Caller caller, RunStatus status, string? error, CancellationToken cancellationToken)
    {
        if (HasEnded)
            return;
        foreach (var trial in _stored.Values.Where(trial => trial.Record.State == TrialState.Running).ToList())
        {
            lock (_gate)
                study.TellFailed(trial.Record.Number, "The study was ended.");
            await EndAsync(caller, trial with { Record = study.Trials[trial.Record.Number] }, new Dictionary<string, double>(), [], study.Best?.Number, cancellationToken);
        }

        await WriteAsync(() => ledger.FinishAsync(caller, _run, plan, study, status, error, cancellationToken));
        _run = _run with { Status = status, Error = error, EndedAt = time.GetUtcNow() };
    }

    public StudyStatus Status()
    {
        var counts = _stored.Values.CountBy(trial => trial.Record.State).ToDictionary();
        return new(
            _run.Id, plan.Study, _run.Status, _run.Error, _run.Owner, _run.StartedAt, _run.EndedAt, plan.Trainer?.Name, study.Space.Specs, study.Space.IsDefinedByRun,
            plan.Objectives, plan.Constraints, plan.Options.Sampler, plan.Options.Pruner, plan.Trials,
            new(counts.GetValueOrDefault(TrialState.Running), counts.GetValueOrDefault(TrialState.Complete), counts.GetValueOrDefault(TrialState.Pruned),
                counts.GetValueOrDefault(TrialState.Failed), study.Waiting.Count),
            [.. (plan.Objectives.Count > 1 ? study.ParetoFront : study.Best is { } best ? [best] : []).Select(Shown)]);
    }

    public IReadOnlyList<StudyTrial> Trials() => [.. study.Trials.Select(Shown)];

    /// <summary>What importance is found from.</summary>
    public (SearchSpace Space, IReadOnlyList<TrialRecord> Trials) Found() => (study.Space, [.. study.Trials]);

    /// <summary>The learner's best parameters and all that is known, where any trial is complete.</summary>
    public TrialRecord? Best => study.Best;

    private async Task<StudyTrial> EndAsync(
        Caller caller, StoredTrial trial, IReadOnlyDictionary<string, double> metrics, IReadOnlyList<MetricPoint> course, int? bestBefore, CancellationToken cancellationToken)
    {
        _leases.Drop(trial.Record.Number);
        await WriteAsync(async () =>
        {
            await ledger.Trials.EndAsync(caller, plan, trial, metrics, course, cancellationToken);
            if (study.Best is { } best && best.Number != bestBefore)
                await ledger.ImprovedAsync(caller, _run.Id, plan, best, cancellationToken);
        });
        _stored[trial.Record.Number] = trial with { EndedAt = time.GetUtcNow() };
        return Shown(_stored[trial.Record.Number]);
    }

    private async Task LoseAsync(Caller caller, IReadOnlyList<int> trials, Func<StoredTrial, string> reason, CancellationToken cancellationToken)
    {
        foreach (var number in trials)
        {
            var trial = _stored[number];
            lock (_gate)
            {
                study.TellFailed(number, reason(trial));
                study.Retry(number, plan.Attempts);
            }

            await EndAsync(caller, trial with { Record = study.Trials[number], WasLost = true }, new Dictionary<string, double>(), [], study.Best?.Number, cancellationToken);
        }
    }

    private StoredTrial Held(int trial, string worker)
    {
        RequireRunning();
        if (!_stored.TryGetValue(trial, out var stored))
            throw new NotFoundException($"Run {_run.Id} of the study '{plan.Study}' has no trial {trial}.");
        if (_leases.Renew(trial, worker, LeaseOf(worker)))
            return stored;
        throw new ConflictException(stored.Record.State != TrialState.Running
            ? $"Trial {trial} has ended ({stored.Record.State.ToString().ToLowerInvariant()}{(stored.Record.Failure is { } why ? $": {why}" : "")}) and takes no more news; ask for another."
            : $"Trial {trial} is run by '{_leases.HolderOf(trial)}', not by '{worker}'; ask for one of your own.");
    }

    // A trial of this process lives as long as the process.
    private DateTimeOffset LeaseOf(string worker) => StudyWorker.IsHere(worker) ? DateTimeOffset.MaxValue : time.GetUtcNow() + plan.Lease;

    private void RequireRunning()
    {
        if (HasEnded)
            throw new ConflictException($"Run {_run.Id} of the study '{plan.Study}' has ended ({_run.Status.ToString().ToLowerInvariant()}); start another.");
    }

    private async Task WriteAsync(Func<Task> write)
    {
        IsStale = true;
        await write();
        IsStale = false;
    }

    private StudyTrial Shown(TrialRecord record) => _stored.TryGetValue(record.Number, out var stored)
        ? Shown(stored with { Record = record })
        : new(record.Number, null, record.State, record.Parameters, record.Values, record.Constraints, null, record.Failure, record.RetryOf, null, null);

    private static StudyTrial Shown(StoredTrial trial) => new(
        trial.Record.Number, trial.Run, trial.Record.State, trial.Record.Parameters, trial.Record.Values, trial.Record.Constraints, trial.Worker, trial.Record.Failure,
        trial.Record.RetryOf, trial.StartedAt, trial.EndedAt);
}
