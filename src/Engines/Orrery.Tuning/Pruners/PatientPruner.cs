namespace Orrery.Tuning.Pruners;

/// <summary>
/// Follows another pruner only where a trial has not got better for a while: learning curves with plateaus and bumps are spared. Without another pruner the wait alone stops a
/// trial, as early stopping does. O(1) a report beyond the other's.
/// </summary>
public sealed class PatientPruner : IPruner
{
    private readonly IPruner? _inner;
    private readonly int _patience;
    private readonly double _minimumGain;
    private readonly Dictionary<int, (double Best, int Since)> _running = [];

    /// <summary>A pruner without memory.</summary>
    /// <param name="inner">Who stops trials that have used up their patience; null: everyone is stopped then. Without memory yet; it belongs to this pruner.</param>
    /// <param name="patience">So many reports in a row may bring nothing better.</param>
    /// <param name="minimumGain">A report is better when its loss is lower by more than this.</param>
    public PatientPruner(IPruner? inner, int patience, double minimumGain = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(patience);
        if (!(minimumGain >= 0))
            throw new ArgumentOutOfRangeException(nameof(minimumGain), minimumGain, "Expected 0 or more.");
        (_inner, _patience, _minimumGain) = (inner, patience, minimumGain);
    }

    /// <inheritdoc/>
    public PruningDecision Report(int trial, int step, double loss)
    {
        // The inner pruner hears everything, or it could not compare later.
        var decision = _inner?.Report(trial, step, loss) ?? PruningDecision.Stop;
        var ranked = PercentilePruner.Ranked(loss);
        var isFirst = !_running.TryGetValue(trial, out var known);
        var isBetter = isFirst || ranked < known.Best - _minimumGain;
        var since = isBetter ? 0 : known.Since + 1;
        _running[trial] = (isBetter ? ranked : known.Best, since);
        return since > _patience ? decision : PruningDecision.Continue;
    }

    /// <inheritdoc/>
    public void Completed(int trial)
    {
        _running.Remove(trial);
        _inner?.Completed(trial);
    }

    /// <inheritdoc/>
    public void Stopped(int trial)
    {
        _running.Remove(trial);
        _inner?.Stopped(trial);
    }
}
