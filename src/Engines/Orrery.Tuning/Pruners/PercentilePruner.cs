namespace Orrery.Tuning.Pruners;

/// <summary>
/// Stops a trial whose best report so far is worse than a percentile of the completed trials' reports at the same step (Golovin et al., Google Vizier 2017, section 3.2.2,
/// with another share than the half). O(log completed trials) comparisons per report and step told.
/// </summary>
public sealed class PercentilePruner : IPruner
{
    private readonly double _percentile;
    private readonly int _startupTrials;
    private readonly int _warmupSteps;
    private readonly Dictionary<int, (double Best, List<(int Step, double Loss)> Reports)> _running = [];

    // Losses of completed trials by step, ascending.
    private readonly Dictionary<int, List<double>> _completed = [];
    private int _completedTrials;

    /// <summary>A pruner without memory.</summary>
    /// <param name="percentile">Which part of the trials goes on, above 0 to 100: 25 keeps the best quarter.</param>
    /// <param name="startupTrials">Trials that must be complete before any is stopped; default 5.</param>
    /// <param name="warmupSteps">Reports below this step never stop a trial.</param>
    public PercentilePruner(double percentile, int startupTrials = 5, int warmupSteps = 0)
    {
        if (!(percentile is > 0 and <= 100))
            throw new ArgumentOutOfRangeException(nameof(percentile), percentile, "Expected more than 0, at most 100.");
        ArgumentOutOfRangeException.ThrowIfLessThan(startupTrials, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(warmupSteps);
        (_percentile, _startupTrials, _warmupSteps) = (percentile, startupTrials, warmupSteps);
    }

    /// <inheritdoc/>
    public PruningDecision Report(int trial, int step, double loss)
    {
        var ranked = Ranked(loss);
        var (best, reports) = _running.TryGetValue(trial, out var known) ? known : (double.PositiveInfinity, []);
        best = Math.Min(best, ranked);
        reports.Add((step, ranked));
        _running[trial] = (best, reports);
        return step >= _warmupSteps && _completedTrials >= _startupTrials && _completed.TryGetValue(step, out var others) && best > Percentile(others)
            ? PruningDecision.Stop
            : PruningDecision.Continue;
    }

    /// <inheritdoc/>
    public void Completed(int trial)
    {
        _completedTrials++;
        if (!_running.Remove(trial, out var told))
            return;
        foreach (var (step, loss) in told.Reports)
        {
            if (!_completed.TryGetValue(step, out var losses))
                _completed.Add(step, losses = []);
            var at = losses.BinarySearch(loss);
            losses.Insert(at < 0 ? ~at : at, loss);
        }
    }

    /// <inheritdoc/>
    public void Stopped(int trial) => _running.Remove(trial);

    internal static double Ranked(double loss) => double.IsNaN(loss) ? double.PositiveInfinity : loss;

    // Linear between neighbours, as NumPy's default; infinities are only met, never mixed.
    private double Percentile(List<double> ascending)
    {
        var at = _percentile / 100 * (ascending.Count - 1);
        var (low, high) = (ascending[(int)Math.Floor(at)], ascending[(int)Math.Ceiling(at)]);
        return low == high ? low : low + (high - low) * (at - Math.Floor(at));
    }
}
