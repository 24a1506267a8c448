using Orrery.Statistics;

namespace Orrery.Tuning.Samplers;

/// <summary>How much a normal prediction is expected to fall below the best value (Jones, Schonlau &amp; Welch 1998, equation 15), as a logarithm.</summary>
internal static class ExpectedImprovement
{
    // From here on φ(z) + z Φ(z) is its own rounding error.
    private const double Tail = -25;

    /// <summary>ln E max(0, best − value); a plain value would be 0 nearly everywhere once the search has converged (Ament et al., arXiv:2310.20708).</summary>
    public static double Log(double mean, double variance, double best)
    {
        var deviation = Math.Sqrt(Math.Max(variance, 1e-18));
        var z = (best - mean) / deviation;
        var logDensity = -z * z / 2 - 0.5 * Math.Log(2 * Math.PI);
        // φ(z) / z² is the first term of the expansion in the tail.
        return Math.Log(deviation) + (z < Tail ? logDensity - 2 * Math.Log(-z) : Math.Log(Math.Exp(logDensity) + z * StandardNormal.Cdf(z)));
    }
}
