using Orrery.Statistics;
using Orrery.Tuning.Samplers.Parzen;
using Orrery.Tuning.Spaces;

namespace Orrery.Tuning.Samplers;

/// <summary>How the TPE sampler works.</summary>
public sealed record TpeOptions
{
    /// <summary>Trials before the model is used; until then points are quasi-random. Default 10.</summary>
    public int StartupTrials { get; init; } = 10;

    /// <summary>Candidates drawn from the good density, of which the best ratio is proposed. Default 24, as in Hyperopt and Optuna.</summary>
    public int Candidates { get; init; } = 24;

    /// <summary>
    /// Kernels of the bad density at most; default 256. Beyond, a uniform sample of the bad trials stands for all: so a proposal never costs more than
    /// candidates × kernels × parameters, however long the study.
    /// </summary>
    public int MaxKernels { get; init; } = 256;
}

/// <summary>
/// Tree-structured Parzen estimator (Bergstra et al. 2011, section 4) with one multivariate kernel a trial (Falkner, Klein &amp; Hutter, arXiv:1807.01774, section 4.1): models the density l of the
/// good trials and g of all others, draws candidates from l and proposes the one with the largest l / g. Running trials count as bad (constant liar), so parallel
/// workers spread out. Proposal O(candidates · kernels · parameters), telling O(kernels).
/// </summary>
public sealed class TpeSampler : ISampler
{
    private readonly SearchSpace _space;
    private readonly TpeOptions _options;
    private readonly HaltonSampler _startup;
    private readonly TpeHistory _history;
    private readonly ActiveParameters _active;

    /// <summary>A sampler without memory.</summary>
    public TpeSampler(SearchSpace space, ulong seed, TpeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(space);
        options ??= new TpeOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.StartupTrials, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Candidates, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxKernels, 1, nameof(options));
        (_space, _options) = (space, options);
        _startup = new HaltonSampler(space, seed);
        _history = new TpeHistory(options.MaxKernels, seed);
        _active = new ActiveParameters(space);
    }

    /// <inheritdoc/>
    public double[] Propose(int trial, SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (_history.Ended < _options.StartupTrials || trial < _options.StartupTrials)
            return _startup.Propose(trial, random);
        var (good, bad) = _history.Split();
        var likely = new ParzenDensity(_space.Dimensions, good);
        var unlikely = new ParzenDensity(_space.Dimensions, bad);
        // As narrow as the good ones' and weighed against those, not against the many bad ones: else they are hardly felt where the good ones are.
        var running = _history.Running;
        var taken = running.Count == 0 ? null : new ParzenDensity(_space.Dimensions, running, likely.Bandwidths);
        var share = (double)running.Count / (running.Count + good.Count);
        var best = Array.Empty<double>();
        var bestRatio = double.NegativeInfinity;
        for (var i = 0; i < _options.Candidates; i++)
        {
            var candidate = likely.Draw(random);
            // Judged by the parameters that it will have.
            var judged = _active.Settled(candidate);
            var density = unlikely.LogDensity(judged);
            if (taken is not null)
                density = LogSum(Math.Log(1 - share) + density, Math.Log(share) + taken.LogDensity(judged));
            var ratio = likely.LogDensity(judged) - density;
            if (best.Length == 0 || ratio > bestRatio)
                (best, bestRatio) = (candidate, ratio);
        }

        return best;
    }

    private static double LogSum(double a, double b) => Math.Max(a, b) + Math.Log(1 + Math.Exp(-Math.Abs(a - b)));

    /// <inheritdoc/>
    public void Began(int trial, ReadOnlyMemory<double> point) => _history.Began(trial, point);

    /// <inheritdoc/>
    public void Ended(SampledTrial trial)
    {
        _history.Add(trial);
        _active.Add(trial.Point);
    }

    /// <inheritdoc/>
    public void Failed(int trial) => _history.Drop(trial);
}
