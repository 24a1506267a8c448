using Orrery.Statistics;
using Orrery.Tuning.Spaces;

namespace Orrery.Tuning.Samplers;

/// <summary>
/// Covariance matrix adaptation (Hansen, The CMA Evolution Strategy: A Tutorial, arXiv:1604.00772): a normal distribution that moves, stretches and turns toward the better half of each generation.
/// The choice for continuous parameters that depend on each other and a few hundred trials. Points outside the space are drawn again, then cut to it; a distribution that has shrunk to a point
/// starts again elsewhere with twice the generation (Auger &amp; Hansen 2005, IPOP). Categories are drawn uniformly. Telling O(parameters³) a generation, proposal O(parameters²).
/// </summary>
public sealed class CmaEsSampler : ISampler
{
    // Where the optimum lies at an edge half of the draws fall outside per parameter; the cut is for when nearly all do.
    private const int MostDraws = 100;

    private readonly SearchSpace _space;
    private readonly ulong _seed;
    private readonly int[] _numbers;
    private readonly TrialPrefix _prefix = new();
    private readonly List<SampledTrial> _generation = [];
    private CmaEsDistribution _distribution;

    /// <summary>A sampler without memory.</summary>
    public CmaEsSampler(SearchSpace space, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(space);
        (_space, _seed) = (space, seed);
        _numbers = [.. Enumerable.Range(0, space.Dimensions.Count).Where(d => !space.Dimensions[d].IsCategorical)];
        var middle = new double[_numbers.Length];
        Array.Fill(middle, 0.5);
        // Hansen's default generation, 4 + ⌊3 ln n⌋.
        _distribution = new CmaEsDistribution(middle, 4 + (int)(3 * Math.Log(Math.Max(1, middle.Length))));
    }

    /// <summary>How often it has started again.</summary>
    public int Restarts { get; private set; }

    /// <inheritdoc/>
    public double[] Propose(int trial, SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var point = new double[_space.Dimensions.Count];
        for (var d = 0; d < point.Length; d++)
            point[d] = random.NextDouble();
        var draw = _distribution.Draw(random);
        for (var i = 1; i < MostDraws && Array.Exists(draw, x => x is < 0 or > 1); i++)
            draw = _distribution.Draw(random);
        for (var i = 0; i < _numbers.Length; i++)
            point[_numbers[i]] = Math.Clamp(draw[i], 0, 1);
        return point;
    }

    /// <inheritdoc/>
    public void Began(int trial, ReadOnlyMemory<double> point)
    {
    }

    /// <inheritdoc/>
    public void Ended(SampledTrial trial) => Learn(_prefix.Add(trial.Number, trial.Filled()));

    /// <inheritdoc/>
    public void Failed(int trial) => Learn(_prefix.Add(trial, null));

    private void Learn(IEnumerable<SampledTrial> trials)
    {
        foreach (var trial in trials)
        {
            _generation.Add(trial);
            if (_generation.Count < _distribution.Generation || _numbers.Length == 0)
                continue;
            _generation.Sort(TrialOrder.Instance);
            _distribution.Learn([.. _generation.Select(t => _numbers.Select(d => t.Point.Span[d]).ToArray())]);
            _generation.Clear();
            if (_distribution.IsSpent)
                Restart();
        }

        if (_numbers.Length == 0)
            _generation.Clear();
    }

    private void Restart()
    {
        Restarts++;
        var random = SeededRandom.ForPart(_seed ^ 0xC3A5C85C97CB3127, (uint)Restarts);
        _distribution = new CmaEsDistribution([.. _numbers.Select(_ => random.NextDouble())], 2 * _distribution.Generation);
    }
}
