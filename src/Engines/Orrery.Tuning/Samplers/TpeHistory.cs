namespace Orrery.Tuning.Samplers;

/// <summary>What TPE remembers, in memory and time per trial that do not grow: the best trials, a uniform sample of all, and the running ones.</summary>
internal sealed class TpeHistory(int maxKernels, ulong seed)
{
    // Optuna's limit: more "good" trials only blur the optimum.
    private const int MostGood = 25;

    private readonly TrialReservoir _ended = new(MostGood, maxKernels, seed);
    private readonly SortedDictionary<int, ReadOnlyMemory<double>> _running = [];

    /// <summary>Trials completed or pruned.</summary>
    public int Ended => _ended.Count;

    public void Began(int trial, ReadOnlyMemory<double> point) => _running[trial] = point;

    public void Drop(int trial) => _running.Remove(trial);

    public void Add(SampledTrial trial)
    {
        _running.Remove(trial.Number);
        _ended.Add(trial);
    }

    /// <summary>Points of the trials that run.</summary>
    public List<ReadOnlyMemory<double>> Running => [.. _running.Values];

    /// <summary>Points of the good trials, a tenth of all and 25 at most, and of the others; each by trial number.</summary>
    public (List<ReadOnlyMemory<double>> Good, List<ReadOnlyMemory<double>> Bad) Split()
    {
        var good = _ended.Best.Where(t => t.Loss is not null).Take(Math.Min(MostGood, (Ended + 9) / 10)).OrderBy(t => t.Number).ToList();
        return ([.. good.Select(t => t.Point)], [.. _ended.SampleWithout(good).Select(t => t.Point)]);
    }
}
