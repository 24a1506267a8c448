namespace Orrery.Tuning.Pruners;

/// <summary>Whether a trial should go on.</summary>
public enum PruningDecision
{
    /// <summary>Go on.</summary>
    Continue,

    /// <summary>Stop: tell the study that the trial was pruned.</summary>
    Stop,
}

/// <summary>
/// Stops trials that are not promising. Its memory is a set of reports, whatever their order between trials, so that a study can be rebuilt from its records. Not thread-safe;
/// a study owns its pruner.
/// </summary>
public interface IPruner
{
    /// <summary>Takes a running trial's report, steps ascending, and says whether the trial should stop.</summary>
    /// <param name="trial">The trial's number.</param>
    /// <param name="step">What it has spent.</param>
    /// <param name="loss">Its value, smaller is better; NaN is worse than every value.</param>
    PruningDecision Report(int trial, int step, double loss);

    /// <summary>A trial ran to its end and may serve as a measure for others.</summary>
    void Completed(int trial);

    /// <summary>A trial was pruned or failed.</summary>
    void Stopped(int trial);
}
