namespace Orrery.Tuning.Samplers;

/// <summary>
/// Better trials first, by Deb's rules (Deb 2000): what keeps the constraints before what does not, the smaller violation first among the latter; then the smaller loss;
/// pruned trials last; the earlier among equals.
/// </summary>
internal sealed class TrialOrder : IComparer<SampledTrial>
{
    public static TrialOrder Instance { get; } = new();

    public int Compare(SampledTrial x, SampledTrial y)
    {
        var byViolation = x.Violation.CompareTo(y.Violation);
        if (byViolation != 0)
            return byViolation;
        var byLoss = (x.Loss ?? double.PositiveInfinity).CompareTo(y.Loss ?? double.PositiveInfinity);
        return byLoss != 0 ? byLoss : x.Number.CompareTo(y.Number);
    }
}
