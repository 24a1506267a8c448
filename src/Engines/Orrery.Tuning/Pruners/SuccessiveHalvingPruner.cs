namespace Orrery.Tuning.Pruners;

/// <summary>
/// Asynchronous successive halving, ASHA (Li et al., arXiv:1810.05934), in its stopping form: at each rung (minimum resource · reductionᵏ) a trial goes on only while it is among
/// the best 1 / reduction of all that have reached the rung so far. It never waits for other trials. O(log n) search and O(n) insertion per rung.
/// </summary>
public sealed class SuccessiveHalvingPruner : IPruner
{
    private readonly int _minimumResource;
    private readonly int _reduction;

    // Losses that reached rung k, ascending.
    private readonly List<List<double>> _rungs = [];
    private readonly Dictionary<int, int> _nextRung = [];

    /// <summary>A pruner without memory.</summary>
    /// <param name="minimumResource">The step of the first rung, 1 or more.</param>
    /// <param name="reduction">Which part goes on from a rung, 2 or more; default 3, a third.</param>
    public SuccessiveHalvingPruner(int minimumResource = 1, int reduction = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumResource, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(reduction, 2);
        (_minimumResource, _reduction) = (minimumResource, reduction);
    }

    /// <inheritdoc/>
    public PruningDecision Report(int trial, int step, double loss)
    {
        var rung = _nextRung.GetValueOrDefault(trial);
        var promoted = true;
        // A report may step over several rungs; it counts at each, even after one that it fails, so that rungs do not depend on who came first.
        for (; step >= Resource(rung); rung++)
            promoted &= IsPromoted(rung, PercentilePruner.Ranked(loss));
        _nextRung[trial] = rung;
        return promoted ? PruningDecision.Continue : PruningDecision.Stop;
    }

    /// <inheritdoc/>
    public void Completed(int trial) => _nextRung.Remove(trial);

    /// <inheritdoc/>
    public void Stopped(int trial) => _nextRung.Remove(trial);

    private double Resource(int rung) => _minimumResource * Math.Pow(_reduction, rung);

    private bool IsPromoted(int rung, double loss)
    {
        while (_rungs.Count <= rung)
            _rungs.Add([]);
        var losses = _rungs[rung];
        var at = losses.BinarySearch(loss);
        losses.Insert(at < 0 ? ~at : at, loss);
        // With fewer trials than the reduction only the best so far goes on: some trial always does.
        return loss <= losses[Math.Max(0, losses.Count / _reduction - 1)];
    }
}
