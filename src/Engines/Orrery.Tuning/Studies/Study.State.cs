using Orrery.Kernel;
using Orrery.Tuning.Pruners;
using Orrery.Tuning.Samplers;
using Orrery.Tuning.Spaces;

namespace Orrery.Tuning.Studies;

/// <content>How a study is saved, goes on, and takes in earlier trials.</content>
public sealed partial class Study
{
    /// <summary>Goes on from where <see cref="ToState"/> was taken: the next trial is the one that would have come.</summary>
    /// <exception cref="InvalidException">The trials do not fit the space, or are not numbered 0, 1, 2 ….</exception>
    public static Study FromState(StudyState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new Study(SpaceOf(state), state.Options).Replay(state);
    }

    /// <summary>The same with a sampler and a pruner of one's own, both without memory yet.</summary>
    /// <exception cref="InvalidException">The trials do not fit the space, or are not numbered 0, 1, 2 ….</exception>
    public static Study FromState(StudyState state, ISampler sampler, IPruner pruner)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new Study(SpaceOf(state), state.Options, sampler, pruner).Replay(state);
    }

    /// <summary>Takes in an ended trial of an earlier study (warm start): samplers and pruners learn from it as if it had been run here. It gets the next number.</summary>
    /// <exception cref="InvalidException">It does not fit the space or the objectives, or still runs.</exception>
    public TrialRecord Add(TrialRecord earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        if (earlier.State == TrialState.Running)
            throw new InvalidException($"Trial {earlier.Number} still runs; a warm start takes trials that have ended.");
        CheckObjectives(earlier);
        Replay(earlier with { Number = _trials.Count, RetryOf = null });
        return _trials[^1];
    }

    /// <summary>All that is needed to go on. Samplers and pruners are rebuilt from the trials.</summary>
    public StudyState ToState() => new()
    {
        Space = Space.Specs,
        Options = Options,
        Trials = [.. _trials],
        DefinedByRun = Space.IsDefinedByRun,
        Queue = [.. _queue],
    };

    private static SearchSpace SpaceOf(StudyState state) => state.DefinedByRun ? SearchSpace.DefinedByRun(state.Space) : new SearchSpace(state.Space);

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
        // Checked before anything is kept.
        Begin(Space.IsDefinedByRun ? Known(trial.Parameters) : Space.FromUnit(Space.ToUnit(trial.Parameters)), trial.RetryOf);
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

    private IReadOnlyDictionary<string, ParameterValue> Known(IReadOnlyDictionary<string, ParameterValue> parameters)
    {
        Space.ToUnit(parameters);
        return parameters;
    }
}
