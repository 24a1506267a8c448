namespace Orrery.Tuning.Pruners;

/// <summary>
/// Stops a trial whose best report so far is worse than the median of the completed trials' reports at the same step (Golovin et al., Google Vizier 2017,
/// section 3.2.2). O(completed trials) per report.
/// </summary>
public sealed class MedianPruner : IPruner
{
    private readonly int _startupTrials;
    private readonly int _warmupSteps;
    private readonly Dictionary<int, List<(int Step, double Loss)>> _running = [];

    // Losses of completed trials by step, ascending.
    private readonly Dictionary<int, List<double>> _completed = [];
    private int _completedTrials;

    /// <summary>A pruner without memory.</summary>
    /// <param name="startupTrials">Trials that must be complete before any is stopped; default 5.</param>
    /// <param name="warmupSteps">Reports below this step never stop a trial.</param>
    public MedianPruner(int startupTrials = 5, int warmupSteps = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(startupTrials, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(warmupSteps);
        (_startupTrials, _warmupSteps) = (startupTrials, warmupSteps);
    }

    /// <inheritdoc/>
    public PruningDecision Report(int trial, int step, double loss)
    {
        if (!_running.TryGetValue(trial, out var reports))
            _running.Add(trial, reports = []);
        reports.Add((step, Ranked(loss)));
        return step >= _warmupSteps && _completedTrials >= _startupTrials && _completed.TryGetValue(step, out var others)
            && reports.Min(r => r.Loss) > Median(others)
            ? PruningDecision.Stop
            : PruningDecision.Continue;
    }

    /// <inheritdoc/>
    public void Completed(int trial)
    {
        _completedTrials++;
        if (!_running.Remove(trial, out var reports))
            return;
        foreach (var (step, loss) in reports)
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

    private static double Median(List<double> ascending)
    {
        var (low, high) = (ascending[(ascending.Count - 1) / 2], ascending[ascending.Count / 2]);
        return low == high ? low : low + (high - low) / 2;
    }
}
