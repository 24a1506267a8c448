namespace Orrery.Vectors.Projection.Manifold;

/// <summary>How much two places belong together, by their distance x: 1 / (1 + a·x²ᵇ).</summary>
/// <param name="A">Above 0.</param>
/// <param name="B">Above 0.</param>
internal readonly record struct MembershipCurve(double A, double B)
{
    private const int Points = 300;
    private const int Steps = 100;

    /// <summary>
    /// The curve nearest to one that is 1 up to the least distance and falls exponentially behind it (arXiv:1802.03426, definition 11): least squares over 300 distances up to three spreads, by Levenberg's and
    /// Marquardt's method.
    /// </summary>
    public static MembershipCurve Fit(double leastDistance, double spread)
    {
        var (curve, damping) = (new MembershipCurve(1, 1), 1e-3);
        var error = curve.Error(leastDistance, spread);
        for (var step = 0; step < Steps; step++)
        {
            var next = curve.Step(leastDistance, spread, damping);
            var less = next.A > 0 && next.B > 0 ? next.Error(leastDistance, spread) : double.PositiveInfinity;
            if (less >= error)
            {
                damping *= 10;
                continue;
            }

            (curve, error, damping) = (next, less, damping / 10);
        }

        return curve;
    }

    private static double Wanted(double x, double leastDistance, double spread) => x < leastDistance ? 1 : Math.Exp(-(x - leastDistance) / spread);

    private static double At(int point, double spread) => 3 * spread * point / (Points - 1);

    private double Of(double x) => 1 / (1 + (A * Math.Pow(x, 2 * B)));

    private double Error(double leastDistance, double spread)
    {
        var sum = 0d;
        for (var point = 0; point < Points; point++)
        {
            var x = At(point, spread);
            var residual = Of(x) - Wanted(x, leastDistance, spread);
            sum += residual * residual;
        }

        return sum;
    }

    private MembershipCurve Step(double leastDistance, double spread, double damping)
    {
        var (aa, ab, bb, ra, rb) = (0d, 0d, 0d, 0d, 0d);
        for (var point = 1; point < Points; point++) // at 0 the curve is 1 whatever a and b
        {
            var x = At(point, spread);
            var (value, power) = (Of(x), Math.Pow(x, 2 * B));
            var byA = -power * value * value;
            var byB = A * byA * 2 * Math.Log(x);
            var residual = Wanted(x, leastDistance, spread) - value;
            (aa, ab, bb, ra, rb) = (aa + (byA * byA), ab + (byA * byB), bb + (byB * byB), ra + (byA * residual), rb + (byB * residual));
        }

        var (dampedA, dampedB) = (aa * (1 + damping), bb * (1 + damping));
        var determinant = (dampedA * dampedB) - (ab * ab);
        return new(A + (((dampedB * ra) - (ab * rb)) / determinant), B + (((dampedA * rb) - (ab * ra)) / determinant));
    }
}
