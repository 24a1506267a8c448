using Orrery.Kernel;
using Orrery.Statistics;
using Orrery.Statistics.Metrics;
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

    /// <summary>The complete trial with the best value, the earliest among equals; null while there is none.</summary>
    public TrialRecord? Best => _best is { } number ? _trials[number] : null;

    /// <summary>Goes on from where <see cref="ToState"/> was taken: the next trial is the one that would have come.</summary>
    /// <exception cref="InvalidException">The trials do not fit the space, or are not numbered 0, 1, 2 ….</exception>
    public static Study FromState(StudyState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new Study(new SearchSpace(state.Space), state.Options).Replay(state.Trials);
    }

    /// <summary>The same with a sampler and a pruner of one's own, both without memory yet.</summary>
    /// <exception cref="InvalidException">The trials do not fit the space, or are not numbered 0, 1, 2 ….</exception>
    public static Study FromState(StudyState state, ISampler sampler, IPruner pruner)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new Study(new SearchSpace(state.Space), state.Options, sampler, pruner).Replay(state.Trials);
    }

    /// <summary>The next trial, chosen by the sampler.</summary>
    public TrialRecord Ask()
    {
        var number = _trials.Count;
        var proposed = _sampler.Propose(number, SeededRandom.ForPart(Options.Seed, (uint)number));
        return Begin(Space.FromUnit(proposed));
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
    public TrialRecord Tell(int trial, double value)
    {
        var record = Running(trial);
        if (!double.IsFinite(value))
            return TellFailed(trial, "Its value is not a finite number.");
        _trials[trial] = record with { State = TrialState.Complete, Value = value };
        _pruner.Completed(trial);
        _sampler.Ended(new SampledTrial(trial, Space.ToUnit(record.Parameters), Loss(value)));
        if (Best is not { } best || Loss(value) < Loss(best.Value!.Value) || (value == best.Value && trial < best.Number))
            _best = trial;
        return _trials[trial];
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
    public StudyState ToState() => new() { Space = Space.Specs, Options = Options, Trials = [.. _trials] };

    private TrialRecord Begin(IReadOnlyDictionary<string, ParameterValue> parameters)
    {
        var record = new TrialRecord { Number = _trials.Count, Parameters = parameters };
        _trials.Add(record);
        // The point of the values rather than the proposed one: what is remembered can be rebuilt from the record.
        _sampler.Began(record.Number, Space.ToUnit(parameters));
        return record;
    }

    private Study Replay(IReadOnlyList<TrialRecord> trials)
    {
        foreach (var trial in trials)
        {
            if (trial.Number != _trials.Count)
                throw new InvalidException($"Expected trial {_trials.Count} next in the study's state; got {trial.Number}.");
            Replay(trial);
        }

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
            TrialState.Complete => Tell(trial.Number, trial.Value ?? throw new InvalidException($"Trial {trial.Number} is complete but has no value.")),
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

    private double Loss(double value) => Options.Direction == MetricDirection.LowerIsBetter ? value : -value;
}
