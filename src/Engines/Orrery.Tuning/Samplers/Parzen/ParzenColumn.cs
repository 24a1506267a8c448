using Orrery.Statistics;
using Orrery.Tuning.Spaces;

namespace Orrery.Tuning.Samplers.Parzen;

/// <summary>
/// One parameter's kernels: one a trial, and the prior after them. A trial that did not have the parameter has the prior as its kernel here, so that it says nothing of it.
/// </summary>
internal abstract class ParzenColumn
{
    // A step is then at most two fifths of the narrowest bandwidth, and the density in its middle is its mass to within a hundredth ((step / bandwidth)² / 24).
    private const long MostSteps = 256;

    // ln √(2π)
    protected const double LogRootTau = 0.91893853320467274178;

    // The prior: a normal as wide as the range.
    protected const double PriorMean = 0.5;
    protected const double PriorDeviation = 1;

    public static ParzenColumn Of(Dimension dimension, double[] coordinates, double bandwidth) => dimension switch
    {
        { IsCategorical: true } => new ChoiceColumn(coordinates, (int)dimension.Cardinality!.Value),
        { Cardinality: <= MostSteps } => new StepColumn(coordinates, (int)dimension.Cardinality.Value, bandwidth),
        _ => new NumberColumn(coordinates, bandwidth),
    };

    /// <summary>Adds the logarithm of each kernel's density at a coordinate, the prior's last.</summary>
    public abstract void AddLog(double at, Span<double> terms);

    /// <summary>A coordinate from a kernel.</summary>
    public abstract double Draw(int kernel, SeededRandom random);

    /// <summary>The part of a normal between two ends. Above the mean by upper tails: the difference of two numbers near 1 would lose its digits.</summary>
    protected static double Mass(double mean, double deviation, double from, double to)
    {
        var (low, high) = ((from - mean) / deviation, (to - mean) / deviation);
        return low > 0 ? StandardNormal.UpperTail(low) - StandardNormal.UpperTail(high) : StandardNormal.Cdf(high) - StandardNormal.Cdf(low);
    }

    /// <summary>A coordinate from a normal that is cut to [0, 1].</summary>
    protected static double DrawCut(double mean, double deviation, SeededRandom random)
    {
        var probability = StandardNormal.Cdf(-mean / deviation) + random.NextDouble() * Mass(mean, deviation, 0, 1);
        // The mean lies in [0, 1], so the probability is only at an end by rounding, and the clamp catches what that yields.
        return Math.Clamp(mean + deviation * StandardNormal.Quantile(Math.Min(probability, 1)), 0, 1);
    }
}
