using Orrery.Tuning.Pruners;
using Orrery.Tuning.Spaces;

namespace Orrery.Tuning.Studies;

/// <summary>
/// A running trial as an objective sees it: it asks for its parameters and reports on its way. The same objective works on a declared space and on one that it defines by what it asks for.
/// Made by a <see cref="StudyRunner"/>; used by one thread at a time.
/// </summary>
public sealed class RunningTrial
{
    private readonly Study _study;
    private readonly Lock _gate;

    internal RunningTrial(Study study, int number, Lock gate) => (_study, Number, _gate) = (study, number, gate);

    /// <summary>Its number in the study.</summary>
    public int Number { get; }

    /// <summary>A real number of [low, high].</summary>
    public double SuggestFloat(string name, double low, double high, ParameterScale scale = ParameterScale.Linear, double? step = null) =>
        Suggest(ParameterSpec.Float(name, low, high, scale, step)).Number;

    /// <summary>A whole number of [low, high].</summary>
    public long SuggestInteger(string name, long low, long high, ParameterScale scale = ParameterScale.Linear, long? step = null) =>
        Suggest(ParameterSpec.Integer(name, low, high, scale, step)).Integer;

    /// <summary>One of the choices.</summary>
    public string SuggestCategorical(string name, params IReadOnlyList<string> choices) => Suggest(ParameterSpec.Categorical(name, choices)).Choice;

    /// <summary>The value of a parameter.</summary>
    /// <exception cref="Kernel.InvalidException">The declared space does not have it, or it had another range before.</exception>
    public ParameterValue Suggest(ParameterSpec parameter)
    {
        lock (_gate)
            return _study.Suggest(Number, parameter);
    }

    /// <summary>Reports the objective on the way; steps ascend.</summary>
    /// <exception cref="TrialPrunedException">The trial is not promising; let it through.</exception>
    public void Report(int step, double value)
    {
        PruningDecision decision;
        lock (_gate)
            decision = _study.Report(Number, step, value);
        if (decision == PruningDecision.Stop)
            throw new TrialPrunedException(Number, step);
    }
}

/// <summary>Ends an objective whose trial was pruned.</summary>
public sealed class TrialPrunedException : Exception
{
    internal TrialPrunedException(int trial, int step)
        : base(FormattableString.Invariant($"Trial {trial} was pruned at step {step}."))
    {
    }
}
