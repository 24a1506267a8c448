namespace Orrery.Tuning.Pruners;

/// <summary>
/// Stops a trial whose best report so far is worse than the median of the completed trials' reports at the same step (Golovin et al., Google Vizier 2017,
/// section 3.2.2): the <see cref="PercentilePruner"/> at one half.
/// </summary>
public sealed class MedianPruner : IPruner
{
    private readonly PercentilePruner _half;

    /// <summary>A pruner without memory.</summary>
    /// <param name="startupTrials">Trials that must be complete before any is stopped; default 5.</param>
    /// <param name="warmupSteps">Reports below this step never stop a trial.</param>
    public MedianPruner(int startupTrials = 5, int warmupSteps = 0) => _half = new PercentilePruner(50, startupTrials, warmupSteps);

    /// <inheritdoc/>
    public PruningDecision Report(int trial, int step, double loss) => _half.Report(trial, step, loss);

    /// <inheritdoc/>
    public void Completed(int trial) => _half.Completed(trial);

    /// <inheritdoc/>
    public void Stopped(int trial) => _half.Stopped(trial);
}
