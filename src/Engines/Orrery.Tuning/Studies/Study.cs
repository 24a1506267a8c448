using Orrery.Kernel;
using Orrery.Statistics;
using Orrery.Statistics.Metrics;
using Orrery.Tuning.Pareto;
using Orrery.Tuning.Pruners;
using Orrery.Tuning.Samplers;
using Orrery.Tuning.Spaces;

namespace Orrery.Tuning.Studies;

/// <summary>
/// A search for the best point of a space by ask and tell: <see cref="Ask()"/> gives a trial, the caller runs it wherever it likes, perhaps many at once, and tells what came
/// of it. Deterministic: the same seed, space and answers give the same trials. Not thread-safe; one owner serialises the calls.
/// </summary>
public sealed class Study
{
    private readonly List<TrialRecord> _trials = [];
    private readonly ISampler _sampler;
    private readonly IPruner _pruner;
    private readonly Queue<IReadOnlyDictionary<string, ParameterValue>> _queue = [];
    private readonly ParetoArchive _front = new();
    private int? _best;

    /// <summary>An empty study.</summary>
    public Study(SearchSpace space, StudyOptions? options = null)
        : this(space, options ??= new StudyOptions(), options.CreateSampler(space ?? throw new ArgumentNullException(nameof(space))), options.CreatePruner())
    {
    }

    /// <summary>An empty study with a sampler and a pruner of one's own, both without memory yet.</summary>
    public Study(SearchSpace space, StudyOptions options, ISampler sampler, IPruner pruner)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(sampler);
        ArgumentNullException.ThrowIfNull(pruner);
        (Space, Options, _sampler, _pruner) = (space, options, sampler, pruner);
    }

    /// <summary>What is searched.</summary>
    public SearchSpace Space { get; }

    /// <summary>How.</summary>
    public StudyOptions Options { get; }

    /// <summary>Every trial, by number. A view: it grows as the study does, each record is immutable.</summary>
    public IReadOnlyList<TrialRecord> Trials => _trials.AsReadOnly();

    /// <summary>
    /// The complete trial with the best value among those that keep the constraints, the earliest among equals; null while there is none. Of several objectives the first:
    /// <see cref="ParetoFront"/> says more.
    /// </summary>
    public TrialRecord? Best => _best is { } number ? _trials[number] : null;

    /// <summary>
    /// The complete trials that keep the constraints and that no other is as good as in every objective, by number: the choice that is left to a human. With one objective the best trial.
    /// </summary>
    public IReadOnlyList<TrialRecord> ParetoFront => [.. _front.Numbers.Select(number => _trials[number])];

    /// <summary>Goes on from where <see cref="ToState"/> was taken: the next trial is the one that would have come.</summary>
    /// <exception cref="InvalidException">The trials do not fit the space, or are not numbered 0, 1, 2 ….</exception>
    public static Study FromState(StudyState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new Study(new SearchSpace(state.Space), state.Options).Replay(state);
    }

    /// <summary>The same with a sampler and a pruner of one's own, both without memory yet.</summary>
    /// <exception cref="InvalidException">The trials do not fit the space, or are not numbered 0, 1, 2 ….</exception>
    public static Study FromState(StudyState state, ISampler sampler, IPruner pruner)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new Study(new SearchSpace(state.Space), state.Options, sampler, pruner).Replay(state);
    }

    /// <summary>The next trial: the first that was enqueued, else what the sampler chooses.</summary>
    public TrialRecord Ask()
    {
        var number = _trials.Count;
        var proposed = Space.FromUnit(_sampler.Propose(number, SeededRandom.ForPart(Options.Seed, (uint)number)));
        return Begin(_queue.TryDequeue(out var wanted) ? Space.Complete(wanted, proposed) : proposed);
    }

    /// <summary>A later <see cref="Ask()"/> gives a trial with these values; the sampler chooses the parameters that are not named.</summary>
    /// <exception cref="InvalidException">A value does not fit the space.</exception>
    public void Enqueue(IReadOnlyDictionary<string, ParameterValue> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var middle = new double[Space.Dimensions.Count];
        Array.Fill(middle, 0.5);
        Space.ToUnit(Space.Complete(parameters, Space.FromUnit(middle)));
        _queue.Enqueue(new Dictionary<string, ParameterValue>(parameters, StringComparer.Ordinal));
    }

    /// <summary>Takes in an ended trial of an earlier study (warm start): samplers and pruners learn from it as if it had been run here. It gets the next number.</summary>
    /// <exception cref="InvalidException">It does not fit the space or the objectives, or still runs.</exception>
    public TrialRecord Add(TrialRecord earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        if (earlier.State == TrialState.Running)
            throw new InvalidException($"Trial {earlier.Number} still runs; a warm start takes trials that have ended.");
        CheckObjectives(earlier);
        Replay(earlier with { Number = _trials.Count });
        return _trials[^1];
    }

    /// <summary>The next trial, at a point of the caller's choice: the defaults, or the last study's best.</summary>
    /// <exception cref="InvalidException">The values do not fit the space.</exception>
    public TrialRecord Ask(IReadOnlyDictionary<string, ParameterValue> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return Begin(Space.FromUnit(Space.ToUnit(parameters)));
    }

    /// <summary>Reports a running trial's value on its way; steps ascend.</summary>
    /// <returns>Whether it should go on; when not, stop it and call <see cref="TellPruned"/>.</returns>
    /// <exception cref="ConflictException">The trial has ended, or the step is not beyond the last one.</exception>
    public PruningDecision Report(int trial, int step, double value)
    {
        var record = Running(trial);
        if (record.Reports is [.., var last] && step <= last.Step)
            throw new ConflictException($"Trial {trial} has reported step {last.Step}; expected a later one, got {step}.");
        var finite = double.IsFinite(value);
        _trials[trial] = record with { Reports = record.Reports.Add(new IntermediateValue(step, finite ? value : null)) };
        return _pruner.Report(trial, step, finite ? Loss(value) : double.NaN);
    }

    /// <summary>Tells a running trial's objective. A value that is not finite makes it failed.</summary>
    /// <exception cref="ConflictException">The trial has ended.</exception>
    public TrialRecord Tell(int trial, double value) => Tell(trial, [value]);

    /// <summary>Tells a running trial's objectives and constraints. A number that is not finite makes it failed.</summary>
    /// <param name="trial">Its number.</param>
    /// <param name="values">One an objective.</param>
    /// <param name="constraints">Each is kept at 0 or below, broken above; null for none.</param>
    /// <exception cref="ConflictException">The trial has ended.</exception>
    /// <exception cref="InvalidException">There are more or fewer values than objectives.</exception>
    public TrialRecord Tell(int trial, IReadOnlyList<double> values, IReadOnlyList<double>? constraints = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        var record = Running(trial) with { State = TrialState.Complete, Values = [.. values], Constraints = [.. constraints ?? []] };
        CheckObjectives(record);
        if (!values.Concat(record.Constraints).All(double.IsFinite))
            return TellFailed(trial, "One of its values is not a finite number.");
        _trials[trial] = record;
        _pruner.Completed(trial);
        var sampled = new SampledTrial(trial, Space.ToUnit(record.Parameters), Loss(values[0]))
        {
            Losses = values.Select((value, objective) => Loss(value, objective)).ToArray(),
            Violation = record.Violation,
        };
        _sampler.Ended(sampled);
        if (!record.IsFeasible)
            return record;
        _front.Add(sampled);
        if (Best is not { } best || Loss(values[0]) < Loss(best.Value!.Value) || (values[0] == best.Value && trial < best.Number))
            _best = trial;
        return record;
    }

    /// <summary>Tells that a running trial was stopped early.</summary>
    /// <exception cref="ConflictException">The trial has ended.</exception>
    public TrialRecord TellPruned(int trial)
    {
        var record = Running(trial);
        _trials[trial] = record with { State = TrialState.Pruned };
        _pruner.Stopped(trial);
        _sampler.Ended(new SampledTrial(trial, Space.ToUnit(record.Parameters), null));
        return _trials[trial];
    }

    /// <summary>Tells that a running trial has no value.</summary>
    /// <exception cref="ConflictException">The trial has ended.</exception>
    public TrialRecord TellFailed(int trial, string reason)
    {
        _trials[trial] = Running(trial) with { State = TrialState.Failed, Failure = reason };
        _pruner.Stopped(trial);
        _sampler.Failed(trial);
        return _trials[trial];
    }

    /// <summary>All that is needed to go on. Samplers and pruners are rebuilt from the trials.</summary>
    public StudyState ToState() => new() { Space = Space.Specs, Options = Options, Trials = [.. _trials], Queue = [.. _queue] };

    private TrialRecord Begin(IReadOnlyDictionary<string, ParameterValue> parameters)
    {
        var record = new TrialRecord { Number = _trials.Count, Parameters = parameters };
        _trials.Add(record);
        // The point of the values rather than the proposed one: what is remembered can be rebuilt from the record.
        _sampler.Began(record.Number, Space.ToUnit(parameters));
        return record;
    }

    private Study Replay(StudyState state)
    {
        foreach (var trial in state.Trials)
        {
            if (trial.Number != _trials.Count)
                throw new InvalidException($"Expected trial {_trials.Count} next in the study's state; got {trial.Number}.");
            CheckObjectives(trial);
            Replay(trial);
        }

        foreach (var waiting in state.Queue)
            Enqueue(waiting);
        return this;
    }

    private void Replay(TrialRecord trial)
    {
        Ask(trial.Parameters);
        foreach (var report in trial.Reports)
            Report(trial.Number, report.Step, report.Value ?? double.NaN);
        _ = trial.State switch
        {
            TrialState.Running => null,
            TrialState.Complete => Tell(trial.Number, trial.Values, trial.Constraints),
            TrialState.Pruned => TellPruned(trial.Number),
            _ => TellFailed(trial.Number, trial.Failure ?? ""),
        };
    }

    private TrialRecord Running(int trial)
    {
        if (trial < 0 || trial >= _trials.Count)
            throw new NotFoundException($"The study has no trial {trial}; it has {_trials.Count}.");
        return _trials[trial] is { State: TrialState.Running } running
            ? running
            : throw new ConflictException($"Trial {trial} has ended ({_trials[trial].State}) and takes no more news.");
    }

    private void CheckObjectives(TrialRecord trial)
    {
        if (trial.State == TrialState.Complete && trial.Values.Length != Options.Objectives.Count)
            throw new InvalidException($"The study has {Options.Objectives.Count} objectives; trial {trial.Number} came with {trial.Values.Length} values.");
    }

    private double Loss(double value) => Loss(value, 0);

    private double Loss(double value, int objective) => Options.Objectives[objective] == MetricDirection.LowerIsBetter ? value : -value;
}
