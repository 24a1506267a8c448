using Orrery.Statistics;
using Orrery.Tuning.Spaces;

namespace Orrery.Tuning.Samplers;

/// <summary>
/// A mixture of product kernels on the unit cube, one a trial, and a wide prior in the middle that keeps every place reachable. Numbers have normals cut to [0, 1], integrated over
/// their share where values are discrete; categories have smoothed indicators. Older trials weigh less from the 26th on (Optuna's ramp).
/// </summary>
internal sealed class ParzenDensity
{
    // Hyperopt's and Optuna's 25 newest trials at full weight.
    private const int FullWeight = 25;

    // ln √(2π)
    private const double LogRootTau = 0.91893853320467274178;

    private readonly IReadOnlyList<Dimension> _dimensions;
    private readonly List<ReadOnlyMemory<double>> _points;
    private readonly double[] _cumulativeWeights;
    private readonly double[] _logWeights;
    private readonly double _bandwidth;
    private readonly double _logBandwidth;

    // log of the part of the normal inside [0, 1] per (kernel, dimension); the kernel after the last is the prior.
    private readonly double[] _logInside;

    public ParzenDensity(SearchSpace space, List<ReadOnlyMemory<double>> points)
    {
        (_dimensions, _points) = (space.Dimensions, points);
        var n = points.Count;
        // Scott's exponent for a product kernel; 0.2 of the range at one trial, and never narrower than the spacing of that many points (Optuna's values).
        _bandwidth = Math.Clamp(0.2 * Math.Pow(Math.Max(n, 1), -1.0 / (_dimensions.Count + 4)), 1.0 / Math.Min(100, n + 2), 1);
        _logBandwidth = Math.Log(_bandwidth);
        var weights = Weights(n);
        _logWeights = [.. weights.Select(w => Math.Log(w))];
        _cumulativeWeights = new double[weights.Length];
        var sum = 0.0;
        for (var i = 0; i < weights.Length; i++)
            _cumulativeWeights[i] = sum += weights[i];
        _logInside = new double[weights.Length * _dimensions.Count];
        for (var kernel = 0; kernel < weights.Length; kernel++)
            for (var d = 0; d < _dimensions.Count; d++)
                if (!_dimensions[d].IsCategorical)
                    _logInside[kernel * _dimensions.Count + d] = Math.Log(Mass(kernel, d, 0, 1));
    }

    private int PriorKernel => _points.Count;

    /// <summary>A point of the mixture.</summary>
    public double[] Draw(SeededRandom random)
    {
        var kernel = Array.BinarySearch(_cumulativeWeights, random.NextDouble() * _cumulativeWeights[^1]);
        kernel = Math.Min(PriorKernel, kernel < 0 ? ~kernel : kernel);
        var point = new double[_dimensions.Count];
        for (var d = 0; d < point.Length; d++)
            point[d] = _dimensions[d].IsCategorical ? DrawChoice(kernel, d, random) : DrawNumber(kernel, d, random);
        return point;
    }

    /// <summary>Logarithm of the mixture's density at a point.</summary>
    public double LogDensity(ReadOnlySpan<double> point)
    {
        var terms = new double[PriorKernel + 1];
        for (var kernel = 0; kernel < terms.Length; kernel++)
        {
            terms[kernel] = _logWeights[kernel];
            for (var d = 0; d < point.Length; d++)
                terms[kernel] += LogKernel(kernel, d, point[d]);
        }

        var largest = terms.Max();
        return largest + Math.Log(terms.Sum(term => Math.Exp(term - largest)));
    }

    private static double[] Weights(int n)
    {
        var weights = new double[n + 1];
        Array.Fill(weights, 1.0);
        var ramp = n - FullWeight;
        for (var i = 0; i < ramp; i++)
            weights[i] = ramp == 1 ? 1.0 / n : 1.0 / n + (1 - 1.0 / n) * i / (ramp - 1);
        var sum = weights.Sum();
        for (var i = 0; i < weights.Length; i++)
            weights[i] /= sum;
        return weights;
    }

    private (double Mean, double Deviation) Normal(int kernel, int dimension) =>
        kernel == PriorKernel ? (0.5, 1) : (_points[kernel].Span[dimension], _bandwidth);

    private double LogKernel(int kernel, int d, double at)
    {
        var dimension = _dimensions[d];
        if (dimension.IsCategorical)
            return Math.Log(ChoiceProbability(kernel, d, Choice(dimension, at)));
        if (dimension.Cardinality is { } cardinality)
        {
            var index = Math.Min(cardinality - 1, (long)(at * cardinality));
            var mass = Mass(kernel, d, (double)index / cardinality, (index + 1.0) / cardinality);
            return Math.Log(Math.Max(mass, double.Epsilon)) - _logInside[kernel * _dimensions.Count + d];
        }

        var (mean, deviation) = Normal(kernel, d);
        var z = (at - mean) / deviation;
        return -z * z / 2 - (kernel == PriorKernel ? 0 : _logBandwidth) - LogRootTau - _logInside[kernel * _dimensions.Count + d];
    }

    private double Mass(int kernel, int d, double from, double to)
    {
        var (mean, deviation) = Normal(kernel, d);
        var (low, high) = ((from - mean) / deviation, (to - mean) / deviation);
        // Above the mean by upper tails: the difference of two numbers near 1 would lose its digits.
        return low > 0 ? StandardNormal.UpperTail(low) - StandardNormal.UpperTail(high) : StandardNormal.Cdf(high) - StandardNormal.Cdf(low);
    }

    private double DrawNumber(int kernel, int d, SeededRandom random)
    {
        var (mean, deviation) = Normal(kernel, d);
        var probability = StandardNormal.Cdf(-mean / deviation) + random.NextDouble() * Mass(kernel, d, 0, 1);
        // The mean lies in [0, 1], so the probability is only at an end by rounding, and the clamp catches what that yields.
        return Math.Clamp(mean + deviation * StandardNormal.Quantile(Math.Min(probability, 1)), 0, 1);
    }

    private static int Choice(Dimension dimension, double at) =>
        (int)Math.Min(dimension.Cardinality!.Value - 1, (long)(at * dimension.Cardinality.Value));

    // The prior spreads one trial's weight over all choices in every kernel, so none becomes impossible.
    private double ChoiceProbability(int kernel, int d, int choice)
    {
        var choices = _dimensions[d].Cardinality!.Value;
        if (kernel == PriorKernel)
            return 1.0 / choices;
        var smoothing = 1.0 / (PriorKernel + 1);
        var observed = Choice(_dimensions[d], _points[kernel].Span[d]) == choice ? 1.0 : 0.0;
        return (observed + smoothing) / (1 + choices * smoothing);
    }

    private double DrawChoice(int kernel, int d, SeededRandom random)
    {
        var choices = (int)_dimensions[d].Cardinality!.Value;
        var remaining = random.NextDouble();
        var choice = 0;
        for (; choice < choices - 1; choice++)
        {
            remaining -= ChoiceProbability(kernel, d, choice);
            if (remaining < 0)
                break;
        }

        return (choice + 0.5) / choices;
    }
}
