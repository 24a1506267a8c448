namespace Orrery.Tuning.Pruners;

/// <summary>Lets every trial run to its end.</summary>
public sealed class NoPruner : IPruner
{
    /// <inheritdoc/>
    public PruningDecision Report(int trial, int step, double loss) => PruningDecision.Continue;

    /// <inheritdoc/>
    public void Completed(int trial)
    {
    }

    /// <inheritdoc/>
    public void Stopped(int trial)
    {
    }
}
