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
public sealed partial class Study
{
    private readonly List<TrialRecord> _trials = [];
    private readonly IPruner _pruner;
    private readonly Queue<QueuedTrial> _queue = [];
    private readonly ParetoArchive _front = new();
    private readonly Dictionary<int, OpenTrial> _open = [];
    private ISampler _sampler;
    private int? _best;

    /// <summary>An empty study.</summary>
    public Study(SearchSpace space, StudyOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(space);
        Options = options ?? new StudyOptions();
        (Space, _sampler, _pruner) = (space, Options.CreateSampler(space), Options.CreatePruner());
    }

    /// <summary>An empty study with a sampler and a pruner of one's own, both without memory yet.</summary>
    public Study(SearchSpace space, StudyOptions options, ISampler sampler, IPruner pruner)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(sampler);
        ArgumentNullException.ThrowIfNull(pruner);
        if (space.IsDefinedByRun)
            throw new ArgumentException("A space that the objective defines grows, and the sampler is made again for each: it comes from the options.", nameof(space));
        (Space, Options, _sampler, _pruner) = (space, options, sampler, pruner);
    }

    /// <summary>An empty study whose objective defines the space by what it asks for (<see cref="Suggest"/>), trial by trial.</summary>
    /// <exception cref="InvalidException">The sampler needs a declared space.</exception>
    public static Study DefinedByRun(StudyOptions? options = null) => new(SearchSpace.DefinedByRun(), options);

    /// <summary>What is searched; where the objective defines it, what it has asked for so far.</summary>
    public SearchSpace Space { get; private set; }

    /// <summary>How.</summary>
    public StudyOptions Options { get; }

    /// <summary>Every trial, by number. A view: it grows as the study does, each record is immutable.</summary>
    public IReadOnlyList<TrialRecord> Trials => _trials.AsReadOnly();

    /// <summary>Points that wait for their trial, the next first.</summary>
    public IReadOnlyCollection<QueuedTrial> Waiting => _queue;

    /// <summary>
    /// The complete trial with the best value among those that keep the constraints, the earliest among equals; null while there is none. Of several objectives the first:
    /// <see cref="ParetoFront"/> says more.
    /// </summary>
    public TrialRecord? Best => _best is { } number ? _trials[number] : null;

    /// <summary>
    /// The complete trials that keep the constraints and that no other is as good as in every objective, by number: the choice that is left to a human. With one objective the best trial.
    /// </summary>
    public IReadOnlyList<TrialRecord> ParetoFront => [.. _front.Numbers.Select(number => _trials[number])];

    /// <summary>The next trial: the first that was enqueued, else what the sampler chooses.</summary>
    public TrialRecord Ask()
    {
        _queue.TryDequeue(out var waiting);
        if (Space.IsDefinedByRun)
            return BeginOpen(waiting?.Parameters, waiting?.RetryOf);
        var proposed = Space.FromUnit(Propose(_trials.Count));
        return Begin(waiting is null ? proposed : Space.Complete(waiting.Parameters, proposed), waiting?.RetryOf);
    }

    /// <summary>
    /// The value of a running trial's parameter: the trial's own where the space is declared; where the objective defines the space, what the sampler chooses, and the same again
    /// when asked again.
    /// </summary>
    /// <exception cref="InvalidException">The declared space does not have it, or not like this; or an enqueued value does not fit it.</exception>
    /// <exception cref="ConflictException">The trial has ended.</exception>
    public ParameterValue Suggest(int trial, ParameterSpec parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        var record = Running(trial);
        var at = Include(parameter);
        if (record.Parameters.TryGetValue(parameter.Name, out var known))
            return known;
        if (!Space.IsDefinedByRun)
            throw new InvalidException($"Trial {trial} has no '{parameter.Name}': it is active only when '{Space.Dimensions[at].Spec.When!.Parameter}' is one of {string.Join(", ", Space.Dimensions[at].Spec.When!.Choices)}.");
        if (!_open.TryGetValue(trial, out var open))
            _open.Add(trial, open = new OpenTrial(null));
        var value = open.Value(Space.Dimensions[at], at, () => Propose(trial), SeededRandom.ForPart(Options.Seed, ((ulong)(at + 1) << 32) | (uint)trial));
        _trials[trial] = record with { Parameters = new Dictionary<string, ParameterValue>(record.Parameters, StringComparer.Ordinal) { [parameter.Name] = value } };
        _sampler.Began(trial, Space.ToUnit(_trials[trial].Parameters));
        return value;
    }

    /// <summary>A later <see cref="Ask()"/> gives a trial with these values; the sampler chooses the parameters that are not named.</summary>
    /// <exception cref="InvalidException">A value does not fit the space.</exception>
    public void Enqueue(IReadOnlyDictionary<string, ParameterValue> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Enqueue(new QueuedTrial(new Dictionary<string, ParameterValue>(parameters, StringComparer.Ordinal)));
    }

    /// <summary>Enqueues an ended trial's parameters once more: for one whose worker died.</summary>
    /// <param name="trial">Its number.</param>
    /// <param name="mostAttempts">How often they may be tried in all.</param>
    /// <returns>Whether they were: false where they have been tried so often already.</returns>
    /// <exception cref="ConflictException">The trial still runs.</exception>
    public bool Retry(int trial, int mostAttempts)
    {
        if (trial < 0 || trial >= _trials.Count)
            throw Missing(trial);
        if (_trials[trial].State == TrialState.Running)
            throw new ConflictException($"Trial {trial} still runs; tell that it failed before it is tried again.");
        var attempts = 1;
        for (var at = _trials[trial]; at.RetryOf is { } earlier; at = _trials[earlier])
            attempts++;
        if (attempts >= mostAttempts)
            return false;
        Enqueue(new QueuedTrial(_trials[trial].Parameters, trial));
        return true;
    }

    /// <summary>The next trial, at a point of the caller's choice: the defaults, or the last study's best.</summary>
    /// <exception cref="InvalidException">The values do not fit the space.</exception>
    public TrialRecord Ask(IReadOnlyDictionary<string, ParameterValue> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return Space.IsDefinedByRun ? BeginOpen(parameters, null) : Begin(Space.FromUnit(Space.ToUnit(parameters)), null);
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
        _open.Remove(trial);
        _pruner.Completed(trial);
        var sampled = Sampled(record);
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
        _open.Remove(trial);
        _pruner.Stopped(trial);
        _sampler.Ended(Sampled(_trials[trial]));
        return _trials[trial];
    }

    /// <summary>Tells that a running trial has no value.</summary>
    /// <exception cref="ConflictException">The trial has ended.</exception>
    public TrialRecord TellFailed(int trial, string reason)
    {
        _trials[trial] = Running(trial) with { State = TrialState.Failed, Failure = reason };
        _open.Remove(trial);
        _pruner.Stopped(trial);
        _sampler.Failed(trial);
        return _trials[trial];
    }

    private double[] Propose(int trial) => _sampler.Propose(trial, SeededRandom.ForPart(Options.Seed, (uint)trial));

    private TrialRecord Begin(IReadOnlyDictionary<string, ParameterValue> parameters, int? retryOf)
    {
        var record = new TrialRecord { Number = _trials.Count, Parameters = parameters, RetryOf = retryOf };
        _trials.Add(record);
        // The point of the values rather than the proposed one: what is remembered can be rebuilt from the record.
        _sampler.Began(record.Number, Space.ToUnit(parameters));
        return record;
    }

    // Its parameters come when they are asked for, and the sampler hears of them then: one that has asked for nothing keeps nobody away.
    private TrialRecord BeginOpen(IReadOnlyDictionary<string, ParameterValue>? wanted, int? retryOf)
    {
        var record = Begin(new Dictionary<string, ParameterValue>(), retryOf);
        _open.Add(record.Number, new OpenTrial(wanted));
        return record;
    }

    private void Enqueue(QueuedTrial waiting)
    {
        if (!Space.IsDefinedByRun) // else they are checked when they are asked for
        {
            var middle = new double[Space.Dimensions.Count];
            Array.Fill(middle, 0.5);
            Space.ToUnit(Space.Complete(waiting.Parameters, Space.FromUnit(middle)));
        }

        _queue.Enqueue(waiting);
    }

    // Where the parameter stands in the space. One that is asked for the first time makes the space larger, and the sampler learns all trials again in it: once a parameter.
    private int Include(ParameterSpec parameter)
    {
        for (var d = 0; d < Space.Dimensions.Count; d++)
        {
            if (Space.Dimensions[d].Spec.Name != parameter.Name)
                continue;
            return Space.Dimensions[d].Spec.HasRangeOf(parameter)
                ? d
                : throw new InvalidException($"'{parameter.Name}' has other values, or another scale, than in this study so far; a parameter keeps them through a study.");
        }

        if (!Space.IsDefinedByRun)
        {
            var nearest = NearestName.Of(parameter.Name, Space.Dimensions.Select(d => d.Spec.Name));
            throw new InvalidException($"The space has no parameter '{parameter.Name}'." + (nearest is null ? "" : $" Did you mean '{nearest}'?"));
        }

        Space = SearchSpace.DefinedByRun([.. Space.Specs, parameter]);
        _sampler = Options.CreateSampler(Space);
        foreach (var trial in _trials)
        {
            _sampler.Began(trial.Number, Space.ToUnit(trial.Parameters));
            if (trial.State == TrialState.Failed)
                _sampler.Failed(trial.Number);
            else if (trial.State != TrialState.Running)
                _sampler.Ended(Sampled(trial));
        }

        return Space.Dimensions.Count - 1;
    }

    private SampledTrial Sampled(TrialRecord ended) => new(ended.Number, Space.ToUnit(ended.Parameters), ended.Value is { } value ? Loss(value) : null)
    {
        Losses = ended.Values.Select((value, objective) => Loss(value, objective)).ToArray(),
        Violation = ended.Violation,
    };

    private TrialRecord Running(int trial)
    {
        if (trial < 0 || trial >= _trials.Count)
            throw Missing(trial);
        return _trials[trial] is { State: TrialState.Running } running
            ? running
            : throw new ConflictException($"Trial {trial} has ended ({_trials[trial].State}) and takes no more news.");
    }

    private NotFoundException Missing(int trial) => new($"The study has no trial {trial}; it has {_trials.Count}.");

    private void CheckObjectives(TrialRecord trial)
    {
        if (trial.State == TrialState.Complete && trial.Values.Length != Options.Objectives.Count)
            throw new InvalidException($"The study has {Options.Objectives.Count} objectives; trial {trial.Number} came with {trial.Values.Length} values.");
    }

    private double Loss(double value) => Loss(value, 0);

    private double Loss(double value, int objective) => Options.Objectives[objective] == MetricDirection.LowerIsBetter ? value : -value;
}
