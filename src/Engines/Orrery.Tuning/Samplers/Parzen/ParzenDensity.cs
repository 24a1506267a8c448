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

    // Found on Branin, Hartmann-6 and Rosenbrock-10 together: medians are within a third of these for 0.6 to 1, and one to six trials.
    private const double ScottFactor = 0.8;
    private const double PriorTrials = 3;
    private const double PriorSpread = 0.2;
    private const double NarrowestBandwidth = 0.01;
    private const double WidestBandwidth = 0.25;

    private readonly ParzenColumn[] _columns;
    private readonly double[] _cumulativeWeights;
    private readonly double[] _logWeights;
    private readonly double[] _terms;

    /// <summary>The mixture of some trials; a coordinate that is NaN is one that the trial does not have.</summary>
    /// <param name="dimensions">The parameters.</param>
    /// <param name="points">The trials' points.</param>
    /// <param name="bandwidths">One a parameter; found from the points where nobody says.</param>
    public ParzenDensity(IReadOnlyList<Dimension> dimensions, List<ReadOnlyMemory<double>> points, IReadOnlyList<double>? bandwidths = null)
    {
        var n = points.Count;
        double[][] coordinates = [.. dimensions.Select((_, d) => points.Select(p => p.Span[d]).ToArray())];
        Bandwidths = bandwidths ?? [.. dimensions.Select((dimension, d) => Bandwidth(dimension, coordinates[d], dimensions.Count))];
        _columns = [.. dimensions.Select((dimension, d) => ParzenColumn.Of(dimension, coordinates[d], Bandwidths[d]))];
        var weights = Weights(n);
        _logWeights = [.. weights.Select(w => Math.Log(w))];
        _terms = new double[weights.Length];
        _cumulativeWeights = new double[weights.Length];
        var sum = 0.0;
        for (var i = 0; i < weights.Length; i++)
            _cumulativeWeights[i] = sum += weights[i];
    }

    /// <summary>How wide the kernels are, by parameter.</summary>
    public IReadOnlyList<double> Bandwidths { get; }

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

    // As far apart as the trials are: kernels that are all alike wide would not let the good ones draw together (Falkner et al., section 4.1, take the same rule of Scott's).
    private static double Bandwidth(Dimension dimension, double[] coordinates, int dimensions)
    {
        var (n, sum, squares) = (0, 0.0, 0.0);
        foreach (var x in coordinates)
        {
            if (double.IsNaN(x))
                continue;
            (n, sum, squares) = (n + 1, sum + x, squares + x * x);
        }

        // A few trials that happen to be close together say little of how far apart good ones are; the prior's count as if there were three more.
        var spread = Math.Sqrt((Math.Max(0, n == 0 ? 0 : squares - sum * sum / n) + PriorTrials * PriorSpread * PriorSpread) / (n + PriorTrials));
        var narrowest = dimension.Cardinality is { } cardinality ? Math.Max(NarrowestBandwidth, 0.5 / cardinality) : NarrowestBandwidth;
        return Math.Clamp(ScottFactor * spread * Math.Pow(Math.Max(n, 1), -1.0 / (dimensions + 4)), Math.Min(narrowest, WidestBandwidth), WidestBandwidth);
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
