using Orrery.Statistics;

namespace Orrery.Tuning.Samplers;

/// <summary>
/// What TPE remembers, in memory and time per trial that do not grow: the best trials, a uniform sample of all, and the running ones. It depends on the set of trials
/// alone: the sample keeps those whose seeded priorities are smallest, whoever comes first.
/// </summary>
internal sealed class TpeHistory(int maxKernels, ulong seed)
{
    // Optuna's limit: more "good" trials only blur the optimum.
    private const int MostGood = 25;

    private readonly List<SampledTrial> _best = [];
    private readonly PriorityQueue<SampledTrial, ulong> _sample = new();
    private readonly SortedDictionary<int, ReadOnlyMemory<double>> _running = [];

    /// <summary>Trials completed or pruned.</summary>
    public int Ended { get; private set; }

    public void Began(int trial, ReadOnlyMemory<double> point) => _running[trial] = point;

    public void Drop(int trial) => _running.Remove(trial);

    public void Add(SampledTrial trial)
    {
        _running.Remove(trial.Number);
        Ended++;
        var at = _best.BinarySearch(trial, Comparer<SampledTrial>.Create(IsBetter));
        _best.Insert(at < 0 ? ~at : at, trial);
        if (_best.Count > MostGood)
            _best.RemoveAt(MostGood);
        // The largest priority leaves first; good trials are taken out of the sample only when it is read, so it holds that many more.
        _sample.Enqueue(trial, ulong.MaxValue - SeededRandom.ForPart(seed, (uint)trial.Number).NextBits());
        if (_sample.Count > maxKernels + MostGood)
            _sample.Dequeue();
    }

    /// <summary>Points of the good trials, a tenth of all and 25 at most, and of the others, running ones last; each by trial number.</summary>
    public (List<ReadOnlyMemory<double>> Good, List<ReadOnlyMemory<double>> Bad) Split()
    {
        var good = _best.Where(t => t.Loss is not null).Take(Math.Min(MostGood, (Ended + 9) / 10)).OrderBy(t => t.Number).ToList();
        var numbers = good.Select(t => t.Number).ToHashSet();
        var bad = _sample.UnorderedItems.Select(item => item.Element).Where(t => !numbers.Contains(t.Number)).OrderBy(t => t.Number).Select(t => t.Point);
        return ([.. good.Select(t => t.Point)], [.. bad.Take(maxKernels), .. _running.Values]);
    }

    private static int IsBetter(SampledTrial a, SampledTrial b)
    {
        var byLoss = (a.Loss ?? double.PositiveInfinity).CompareTo(b.Loss ?? double.PositiveInfinity);
        return byLoss != 0 ? byLoss : a.Number.CompareTo(b.Number);
    }
}
