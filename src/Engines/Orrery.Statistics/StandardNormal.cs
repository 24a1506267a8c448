using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace Orrery.Statistics;

/// <summary>The normal distribution with mean 0 and variance 1. O(1), thread-safe.</summary>
public static class StandardNormal
{
    /// <summary>P(Z ≤ z), with full relative precision in the lower tail.</summary>
    public static double Cdf(double z) => 0.5 * SpecialFunctions.Erfc(-z / Math.Sqrt(2));

    /// <summary>P(Z ≥ z), with full relative precision in the upper tail.</summary>
    public static double UpperTail(double z) => 0.5 * SpecialFunctions.Erfc(z / Math.Sqrt(2));

    /// <summary>The z below which a share <paramref name="probability"/> lies; −∞ at 0, ∞ at 1.</summary>
    public static double Quantile(double probability) => Normal.InvCDF(0, 1, probability);
}
