using Orrery.Statistics;
using Orrery.Tuning.Algebra;

namespace Orrery.Tuning.Samplers;

/// <summary>
/// The normal N(m, σ²C) of CMA-ES and how a generation moves it: arXiv:1604.00772, figure 6, with negative weights for the worse half (active CMA). Points may come from anywhere, parallel workers or
/// an older distribution: steps that are too long for this one are cut (Hansen, Injecting External Solutions Into CMA-ES, arXiv:1110.4181, section 2).
/// </summary>
internal sealed class CmaEsDistribution
{
    // The tutorial's advice is that the optimum lies within m ± 3σ: from the middle that is the whole range.
    private const double FirstDeviation = 1.0 / 6;
    private const double SmallestDeviation = 1e-10;
    private const double LargestCondition = 1e14;

    private readonly double[] _mean;
    // Of all ranks: those of the first half move the mean and add up to 1, the others are negative and only shrink the covariance where bad points lie.
    private readonly double[] _weights;
    private readonly int _parents;
    private readonly double[] _sigmaPath;
    private readonly double[] _covariancePath;
    private readonly double[,] _covariance;
    private readonly double _effective;
    private readonly double _expectedLength;
    private readonly (double Sigma, double Damping, double Path, double One, double Mu) _rate;
    private double _sigma = FirstDeviation;
    private int _learned;

    // C = B · D² · Bᵀ
    private double[,] _axes;
    private double[] _lengths;

    public CmaEsDistribution(double[] mean, int generation)
    {
        var n = mean.Length;
        (_mean, Generation) = (mean, generation);
        _parents = generation / 2;
        _weights = [.. Enumerable.Range(1, generation).Select(i => Math.Log((generation + 1) / 2.0) - Math.Log(i))];
        var effective = _effective = EffectiveCount(_weights.AsSpan(0, _parents));
        var sigmaRate = (effective + 2) / (n + effective + 5);
        var one = 2 / (Math.Pow(n + 1.3, 2) + effective);
        _rate = (
            sigmaRate,
            1 + 2 * Math.Max(0, Math.Sqrt((effective - 1) / (n + 1)) - 1) + sigmaRate,
            (4 + effective / Math.Max(1, n)) / (n + 4 + 2 * effective / Math.Max(1, n)),
            one,
            Math.Min(1 - one, 2 * (effective - 2 + 1 / effective) / (Math.Pow(n + 2, 2) + effective)));
        Scale(_weights.AsSpan(0, _parents), 1);
        Scale(_weights.AsSpan(_parents), -NegativeSum(n));
        // E ‖N(0, I)‖
        _expectedLength = Math.Sqrt(n) * (1 - 1 / (4.0 * n) + 1 / (21.0 * n * n));
        (_sigmaPath, _covariancePath, _covariance) = (new double[n], new double[n], new double[n, n]);
        for (var i = 0; i < n; i++)
            _covariance[i, i] = 1;
        _axes = (double[,])_covariance.Clone();
        _lengths = [.. mean.Select(_ => 1.0)];
    }

    /// <summary>What the negative weights add up to, tutorial (50) to (53): as much as the positive ones would forget, and never so much that the covariance lost its positive definiteness.</summary>
    private double NegativeSum(int n)
    {
        var bad = EffectiveCount(_weights.AsSpan(_parents));
        return new[] { 1 + (_rate.One / _rate.Mu), 1 + (2 * bad / (_effective + 2)), (1 - _rate.One - _rate.Mu) / (n * _rate.Mu) }.Min();
    }

    /// <summary>λ, how many points it learns from at a time.</summary>
    public int Generation { get; }

    /// <summary>Whether it has nothing left to find: it is a point, or so flat that its axes are rounding errors.</summary>
    public bool IsSpent => _sigma * _lengths.Max() < SmallestDeviation || Math.Pow(_lengths.Max() / _lengths.Min(), 2) > LargestCondition || !double.IsFinite(_sigma);

    public double[] Draw(SeededRandom random)
    {
        var step = Turned([.. _lengths.Select(length => length * random.NextGaussian())]);
        for (var i = 0; i < step.Length; i++)
            step[i] = _mean[i] + _sigma * step[i];
        return step;
    }

    /// <summary>Moves toward the first half of a generation.</summary>
    /// <param name="ranked">Its points, all of them, best first.</param>
    public void Learn(IReadOnlyList<double[]> ranked)
    {
        var n = _mean.Length;
        double[][] steps = [.. ranked.Select(Step)];
        var step = new double[n];
        for (var k = 0; k < _parents; k++)
            for (var i = 0; i < n; i++)
                step[i] += _weights[k] * steps[k][i];
        for (var i = 0; i < n; i++)
            _mean[i] += _sigma * step[i];
        var fading = Math.Sqrt(_rate.Sigma * (2 - _rate.Sigma) * _effective);
        var whitened = Whitened(step);
        for (var i = 0; i < n; i++)
            _sigmaPath[i] = (1 - _rate.Sigma) * _sigmaPath[i] + fading * whitened[i];
        var length = Length(_sigmaPath);
        // A path that is long because σ is too small says nothing of C.
        var stalled = length / Math.Sqrt(1 - Math.Pow(1 - _rate.Sigma, 2 * ++_learned)) >= (1.4 + 2.0 / (n + 1)) * _expectedLength;
        var pathFading = stalled ? 0 : Math.Sqrt(_rate.Path * (2 - _rate.Path) * _effective);
        for (var i = 0; i < n; i++)
            _covariancePath[i] = (1 - _rate.Path) * _covariancePath[i] + pathFading * step[i];
        Adapt(steps, [.. steps.Select((taken, rank) => Weight(rank, taken))], stalled ? _rate.One * _rate.Path * (2 - _rate.Path) : 0);
        // At most e a generation, as in Hansen's own code: one lucky step must not throw the search out of the space.
        _sigma = Math.Min(1, _sigma * Math.Exp(Math.Min(1, _rate.Sigma / _rate.Damping * (length / _expectedLength - 1))));
        Decompose();
    }

    /// <summary>A bad step counts as if it had the length of an average one: a long one would take more out of the covariance than there is.</summary>
    private double Weight(int rank, double[] step) => rank < _parents ? _weights[rank] : _weights[rank] * _mean.Length / Math.Max(Math.Pow(Length(Whitened(step)), 2), 1e-12);

    private void Adapt(double[][] steps, double[] weights, double kept)
    {
        var decay = 1 - _rate.One - _rate.Mu * _weights.Sum() + kept;
        for (var i = 0; i < _mean.Length; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var ranked = 0.0;
                for (var k = 0; k < steps.Length; k++)
                    ranked += weights[k] * steps[k][i] * steps[k][j];
                _covariance[i, j] = _covariance[j, i] = decay * _covariance[i, j] + _rate.One * _covariancePath[i] * _covariancePath[j] + _rate.Mu * ranked;
            }
        }
    }

    private void Decompose()
    {
        var eigen = new SymmetricEigen(_covariance);
        _axes = eigen.Vectors;
        _lengths = [.. eigen.Values.Select(value => Math.Sqrt(Math.Max(value, 1e-30)))];
    }

    private double[] Step(double[] point)
    {
        double[] step = [.. point.Select((x, i) => (x - _mean[i]) / _sigma)];
        var n = step.Length;
        var length = Length(Whitened(step));
        var most = Math.Sqrt(n) + 2.0 * n / (n + 2);
        return length <= most ? step : [.. step.Select(x => x * most / length)];
    }

    // B · D⁻¹ · Bᵀ · step
    private double[] Whitened(double[] step)
    {
        var along = new double[step.Length];
        for (var j = 0; j < along.Length; j++)
        {
            for (var i = 0; i < step.Length; i++)
                along[j] += _axes[i, j] * step[i];
            along[j] /= _lengths[j];
        }

        return Turned(along);
    }

    // B · along
    private double[] Turned(double[] along)
    {
        var turned = new double[along.Length];
        for (var i = 0; i < turned.Length; i++)
            for (var j = 0; j < along.Length; j++)
                turned[i] += _axes[i, j] * along[j];
        return turned;
    }

    // (Σ w)² / Σ w²
    private static double EffectiveCount(ReadOnlySpan<double> weights)
    {
        var (sum, squares) = (0.0, 0.0);
        foreach (var weight in weights)
            (sum, squares) = (sum + weight, squares + weight * weight);
        return sum * sum / squares;
    }

    private static void Scale(Span<double> weights, double to)
    {
        var sum = 0.0;
        foreach (var weight in weights)
            sum += weight;
        foreach (ref var weight in weights)
            weight *= to / sum;
    }

    private static double Length(double[] vector) => Math.Sqrt(vector.Sum(x => x * x));
}
