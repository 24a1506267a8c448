using Orrery.Statistics;
using Orrery.Tuning.Spaces;

namespace Orrery.Tuning.Samplers.Parzen;

/// <summary>
/// A mixture of product kernels on the unit cube, one a trial, and a wide prior in the middle that keeps every place reachable. Older trials weigh less from the 26th on (Optuna's ramp).
/// </summary>
internal sealed class ParzenDensity
{
    // Hyperopt's and Optuna's 25 newest trials at full weight.
    private const int FullWeight = 25;

    private readonly ParzenColumn[] _columns;
    private readonly double[] _cumulativeWeights;
    private readonly double[] _logWeights;
    private readonly double[] _terms;

    /// <summary>The mixture of some trials; a coordinate that is NaN is one that the trial does not have.</summary>
    public ParzenDensity(IReadOnlyList<Dimension> dimensions, List<ReadOnlyMemory<double>> points)
    {
        var n = points.Count;
        // Scott's exponent for a product kernel; 0.2 of the range at one trial, and never narrower than the spacing of that many points (Optuna's values).
        var bandwidth = Math.Clamp(0.2 * Math.Pow(Math.Max(n, 1), -1.0 / (dimensions.Count + 4)), 1.0 / Math.Min(100, n + 2), 1);
        _columns = [.. dimensions.Select((dimension, d) => ParzenColumn.Of(dimension, [.. points.Select(p => p.Span[d])], bandwidth))];
        var weights = Weights(n);
        _logWeights = [.. weights.Select(w => Math.Log(w))];
        _terms = new double[weights.Length];
        _cumulativeWeights = new double[weights.Length];
        var sum = 0.0;
        for (var i = 0; i < weights.Length; i++)
            _cumulativeWeights[i] = sum += weights[i];
    }

    /// <summary>A point of the mixture, with a number in every coordinate.</summary>
    public double[] Draw(SeededRandom random)
    {
        var kernel = Array.BinarySearch(_cumulativeWeights, random.NextDouble() * _cumulativeWeights[^1]);
        kernel = Math.Min(_terms.Length - 1, kernel < 0 ? ~kernel : kernel);
        var point = new double[_columns.Length];
        for (var d = 0; d < point.Length; d++)
            point[d] = _columns[d].Draw(kernel, random);
        return point;
    }

    /// <summary>Logarithm of the mixture's density at a point, over the coordinates that it has: the others are integrated out.</summary>
    public double LogDensity(ReadOnlySpan<double> point)
    {
        _logWeights.CopyTo(_terms, 0);
        for (var d = 0; d < point.Length; d++)
        {
            if (!double.IsNaN(point[d]))
                _columns[d].AddLog(point[d], _terms);
        }

        var largest = double.NegativeInfinity;
        foreach (var term in _terms)
            largest = Math.Max(largest, term);
        var sum = 0.0;
        foreach (var term in _terms)
            sum += Math.Exp(term - largest);
        return largest + Math.Log(sum);
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
}
