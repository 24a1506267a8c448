using Orrery.Statistics;

namespace Orrery.Tuning.Samplers;

/// <summary>
/// A bounded memory of trials: the best ones and a uniform sample of all. It depends on the set of trials alone: the sample keeps those whose seeded priorities are
/// smallest, whoever comes first. Adding O(best + log sample), however long the study.
/// </summary>
internal sealed class TrialReservoir(int mostBest, int mostSampled, ulong seed)
{
    private readonly List<SampledTrial> _best = [];
    private readonly PriorityQueue<SampledTrial, ulong> _sample = new();

    /// <summary>Trials added so far.</summary>
    public int Count { get; private set; }

    /// <summary>The best, best first.</summary>
    public IReadOnlyList<SampledTrial> Best => _best;

    public void Add(SampledTrial trial)
    {
        Count++;
        var at = _best.BinarySearch(trial, TrialOrder.Instance);
        _best.Insert(at < 0 ? ~at : at, trial);
        if (_best.Count > mostBest)
            _best.RemoveAt(mostBest);
        // The largest priority leaves first; the best are taken out of the sample only when it is read, so it holds that many more.
        _sample.Enqueue(trial, ulong.MaxValue - SeededRandom.ForPart(seed, (uint)trial.Number).NextBits());
        if (_sample.Count > mostSampled + mostBest)
            _sample.Dequeue();
    }

    /// <summary>A sample of all but the given trials, by number.</summary>
    public List<SampledTrial> SampleWithout(IEnumerable<SampledTrial> trials)
    {
        var numbers = trials.Select(t => t.Number).ToHashSet();
        // Which of the sample are left out must not depend on the queue's inner order: by priority, then by number.
        return [.. _sample.UnorderedItems.Where(item => !numbers.Contains(item.Element.Number))
            .OrderByDescending(item => item.Priority).Take(mostSampled).Select(item => item.Element).OrderBy(t => t.Number)];
    }
}
