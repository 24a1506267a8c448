using Orrery.Tuning.Algebra;

namespace Orrery.Tuning.Samplers;

/// <summary>
/// Gaussian process regression with mean zero (Rasmussen &amp; Williams, algorithm 2.1). Making one costs O(points³), a prediction O(points²).
/// </summary>
internal sealed class GaussianProcess
{
    // Bounds of ln: length scales of a unit cube, variances of values that have variance 1. Without them a handful of points has its likelihood's maximum at infinity.
    private static readonly (double Low, double High) ScaleRange = (Math.Log(0.03), Math.Log(10));
    private static readonly (double Low, double High) VarianceRange = (Math.Log(0.05), Math.Log(50));
    private static readonly (double Low, double High) NoiseRange = (Math.Log(1e-6), Math.Log(0.5));

    private readonly double[][] _points;
    private readonly double[] _values;
    private readonly MaternKernel _kernel;
    private readonly Cholesky _factor;
    private readonly double[] _alpha;

    private GaussianProcess(double[][] points, double[] values, MaternKernel kernel, Cholesky factor)
    {
        (_points, _values, _kernel, _factor) = (points, values, kernel, factor);
        _alpha = factor.Solve(values);
    }

    /// <summary>ln p(values | points).</summary>
    public double LogLikelihood => -0.5 * _alpha.Zip(_values, (a, v) => a * v).Sum() - 0.5 * _factor.LogDeterminant - 0.5 * _values.Length * Math.Log(2 * Math.PI);

    /// <summary>Null where the covariance is not positive definite to working precision.</summary>
    public static GaussianProcess? TryMake(double[][] points, double[] values, MaternKernel kernel)
    {
        var covariance = new double[points.Length][];
        for (var i = 0; i < points.Length; i++)
        {
            covariance[i] = new double[i + 1];
            for (var j = 0; j < i; j++)
                covariance[i][j] = kernel.Between(points[i], points[j]);
            covariance[i][i] = kernel.Variance + kernel.Noise;
        }

        return Cholesky.Factor(covariance) is { } factor ? new GaussianProcess(points, values, kernel, factor) : null;
    }

    /// <summary>
    /// ln of the kernel's parameters with the largest likelihood that a bounded number of steps finds, by resilient back-propagation (Riedmiller &amp; Braun 1993), as
    /// Blum &amp; Riedmiller (ESANN 2013) found it as good as conjugate gradients for this.
    /// </summary>
    public static double[] Fit(double[][] points, double[] values, bool[] isCategorical, int steps)
    {
        double[] at = [.. isCategorical.Select(_ => Math.Log(0.5)), 0, Math.Log(1e-3)];
        var (best, bestLikelihood) = (at.ToArray(), double.NegativeInfinity);
        var (stride, before) = (new double[at.Length], new double[at.Length]);
        Array.Fill(stride, 0.2);
        for (var step = 0; step < steps && TryMake(points, values, new MaternKernel(at, isCategorical)) is { } process; step++)
        {
            if (process.LogLikelihood > bestLikelihood)
                (best, bestLikelihood) = (at.ToArray(), process.LogLikelihood);
            var gradient = process.Gradient();
            for (var i = 0; i < at.Length; i++)
            {
                var turn = Math.Sign(gradient[i] * before[i]);
                stride[i] = Math.Clamp(stride[i] * (turn > 0 ? 1.2 : turn < 0 ? 0.5 : 1), 1e-4, 1);
                before[i] = turn < 0 ? 0 : gradient[i];
                var (low, high) = i < isCategorical.Length ? ScaleRange : i == isCategorical.Length ? VarianceRange : NoiseRange;
                at[i] = Math.Clamp(at[i] + Math.Sign(before[i]) * stride[i], low, high);
            }
        }

        return best;
    }

    /// <summary>Mean and variance of the function, without noise, at a point.</summary>
    public (double Mean, double Variance) Predict(ReadOnlySpan<double> point)
    {
        var covariances = new double[_points.Length];
        var mean = 0.0;
        for (var i = 0; i < covariances.Length; i++)
        {
            covariances[i] = _kernel.Between(_points[i], point);
            mean += covariances[i] * _alpha[i];
        }

        var explained = 0.0;
        foreach (var part in _factor.SolveLower(covariances))
            explained += part * part;
        return (mean, Math.Max(0, _kernel.Variance - explained));
    }

    /// <summary>The likelihood's gradient by ln of the kernel's parameters: ½ tr((α αᵀ − K⁻¹) ∂K) (equation 5.9).</summary>
    public double[] Gradient()
    {
        var n = _points.Length;
        var dimensions = _points[0].Length;
        var gradient = new double[dimensions + 2];
        var unit = new double[n];
        for (var i = 0; i < n; i++)
        {
            Array.Clear(unit);
            unit[i] = 1;
            var inverse = _factor.Solve(unit);
            for (var j = 0; j < i; j++)
            {
                // Both triangles at once.
                var weight = _alpha[i] * _alpha[j] - inverse[j];
                _kernel.AddScaleGradient(_points[i], _points[j], weight, gradient.AsSpan(0, dimensions));
                gradient[^2] += weight * _kernel.Between(_points[i], _points[j]);
            }

            var diagonal = 0.5 * (_alpha[i] * _alpha[i] - inverse[i]);
            gradient[^2] += diagonal * _kernel.Variance;
            gradient[^1] += diagonal * _kernel.Noise;
        }

        return gradient;
    }
}
