using Orrery.Tuning.Samplers;

namespace Orrery.Tuning.Pareto;

/// <summary>The trials that no other dominates, the earliest among equals, kept as they come: O(front) each, however many have been dominated.</summary>
internal sealed class ParetoArchive
{
    private readonly SortedDictionary<int, SampledTrial> _front = [];

    /// <summary>Their numbers, ascending.</summary>
    public IEnumerable<int> Numbers => _front.Keys;

    public void Add(SampledTrial trial)
    {
        if (_front.Values.Any(other => Beats(other, trial)))
            return;
        foreach (var beaten in _front.Values.Where(other => Beats(trial, other)).Select(other => other.Number).ToList())
            _front.Remove(beaten);
        _front.Add(trial.Number, trial);
    }

    // Equals would let the front of a constant objective grow with the study.
    private static bool Beats(SampledTrial a, SampledTrial b) => ParetoOrder.Dominates(a, b) || (a.Number < b.Number && a.Losses.Span.SequenceEqual(b.Losses.Span));
}
