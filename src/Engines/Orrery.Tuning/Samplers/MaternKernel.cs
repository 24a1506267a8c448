namespace Orrery.Tuning.Samplers;

/// <summary>
/// Matérn 5/2 with one length scale a parameter (automatic relevance determination; Rasmussen &amp; Williams, Gaussian Processes for Machine Learning, equation 4.17 and section 5.1), and noise.
/// Different categories are one length apart.
/// </summary>
/// <param name="logParameters">ln of each length scale, then of the signal's variance, then of the noise's.</param>
/// <param name="isCategorical">One a parameter.</param>
internal sealed class MaternKernel(double[] logParameters, bool[] isCategorical)
{
    private readonly double[] _inverseSquares = [.. logParameters.Take(isCategorical.Length).Select(log => Math.Exp(-2 * log))];

    public double Variance { get; } = Math.Exp(logParameters[^2]);

    public double Noise { get; } = Math.Exp(logParameters[^1]);

    public double Between(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var d = 0; d < a.Length; d++)
            sum += ScaledSquare(a, b, d);
        var r = Math.Sqrt(5 * sum);
        return Variance * (1 + r + r * r / 3) * Math.Exp(-r);
    }

    /// <summary>Adds weight · ∂k(a, b) / ∂ ln ℓ for every length scale.</summary>
    public void AddScaleGradient(ReadOnlySpan<double> a, ReadOnlySpan<double> b, double weight, Span<double> gradient)
    {
        var sum = 0.0;
        for (var d = 0; d < a.Length; d++)
            sum += ScaledSquare(a, b, d);
        var r = Math.Sqrt(5 * sum);
        var common = weight * Variance * 5.0 / 3 * (1 + r) * Math.Exp(-r);
        for (var d = 0; d < a.Length; d++)
            gradient[d] += common * ScaledSquare(a, b, d);
    }

    private double ScaledSquare(ReadOnlySpan<double> a, ReadOnlySpan<double> b, int d)
    {
        var difference = isCategorical[d] ? (a[d] == b[d] ? 0 : 1) : a[d] - b[d];
        return difference * difference * _inverseSquares[d];
    }
}
