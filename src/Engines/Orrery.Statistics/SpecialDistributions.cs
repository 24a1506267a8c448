using MathNet.Numerics;

namespace Orrery.Statistics;

/// <summary>Tail probabilities that keep their relative precision far out, where <c>1 − CDF</c> would be 0.</summary>
internal static class SpecialDistributions
{
    /// <summary>P(X ≥ x) of chi-square.</summary>
    public static double ChiSquareUpperTail(double x, int degreesOfFreedom) =>
        x <= 0 ? 1 : SpecialFunctions.GammaUpperRegularized(degreesOfFreedom / 2.0, x / 2);

    /// <summary>
    /// P(K ≥ x) of Kolmogorov's limit distribution: the alternating series where it converges fast, its theta-function dual near 0
    /// (Marsaglia, Tsang &amp; Wang 2003, section 3). Both reach double precision within 6 terms on their side of 1.
    /// </summary>
    public static double KolmogorovUpperTail(double x)
    {
        if (x <= 0)
            return 1;
        var sum = 0.0;
        if (x < 1)
        {
            for (var k = 1; k <= 11; k += 2)
                sum += Math.Exp(-k * k * Math.PI * Math.PI / (8 * x * x));
            return 1 - Math.Sqrt(2 * Math.PI) / x * sum;
        }

        for (var k = 1; k <= 8; k++)
            sum += (k % 2 == 1 ? 1 : -1) * Math.Exp(-2.0 * k * k * x * x);
        return 2 * sum;
    }
}
