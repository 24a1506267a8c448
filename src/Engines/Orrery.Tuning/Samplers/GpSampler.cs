using Orrery.Statistics;
using Orrery.Tuning.Spaces;

namespace Orrery.Tuning.Samplers;

/// <summary>How the Gaussian process sampler works.</summary>
public sealed record GpOptions
{
    /// <summary>Trials before the model is used; until then points are quasi-random. Default 10.</summary>
    public int StartupTrials { get; init; } = 10;

    /// <summary>
    /// Trials in the model at most; default 96. Beyond, the better half are the best ones and the others a uniform sample: a proposal costs steps × points³ at most, however long the study.
    /// </summary>
    public int MaxPoints { get; init; } = 96;

    /// <summary>Steps of the likelihood's ascent; default 40.</summary>
    public int FitSteps { get; init; } = 40;
}

/// <summary>
/// Bayesian optimisation: a Gaussian process with a Matérn 5/2 kernel and maximum likelihood parameters, and the point with the largest expected improvement (Jones et al. 1998; Snoek,
/// Larochelle &amp; Adams, arXiv:1206.2944). The choice where a trial is dear and there are few parameters. Running trials count as if they had given what the model expects of them
/// (kriging believer, Ginsbourger, Le Riche &amp; Carraro 2010, section 3.2), so parallel workers spread out. Trials that break constraints or were pruned count as the worst.
/// </summary>
public sealed class GpSampler : ISampler
{
    private readonly SearchSpace _space;
    private readonly GpOptions _options;
    private readonly bool[] _isCategorical;
    private readonly HaltonSampler _startup;
    private readonly TrialReservoir _ended;
    private readonly ActiveParameters _active;
    private readonly SortedDictionary<int, ReadOnlyMemory<double>> _running = [];

    /// <summary>A sampler without memory.</summary>
    public GpSampler(SearchSpace space, ulong seed, GpOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(space);
        options ??= new GpOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.StartupTrials, 2, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxPoints, 4, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.FitSteps, 1, nameof(options));
        (_space, _options) = (space, options);
        _isCategorical = [.. space.Dimensions.Select(d => d.IsCategorical)];
        _startup = new HaltonSampler(space, seed);
        _active = new ActiveParameters(space);
        _ended = new TrialReservoir(options.MaxPoints / 2, options.MaxPoints - options.MaxPoints / 2, seed);
    }

    /// <inheritdoc/>
    public double[] Propose(int trial, SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (_ended.Count < _options.StartupTrials || trial < _options.StartupTrials || _ended.Best[0].Loss is null)
            return _startup.Propose(trial, random);
        SampledTrial[] trials = [.. _ended.Best.Concat(_ended.SampleWithout(_ended.Best)).OrderBy(t => t.Number)];
        double[][] points = [.. trials.Select(t => t.Point.ToArray())];
        var values = Standardized(trials);
        var kernel = new MaternKernel(GaussianProcess.Fit(points, values, _isCategorical, _options.FitSteps), _isCategorical);
        if (GaussianProcess.TryMake(points, values, kernel) is not { } process)
            return _startup.Propose(trial, random);
        var best = values.Min();
        var incumbent = points[Array.IndexOf(values, best)];
        process = WithRunning(process, points, values, kernel);
        return new AcquisitionSearch(_space, _active, point =>
        {
            var (mean, variance) = process.Predict(point);
            return ExpectedImprovement.Log(mean, variance, best);
        }).Maximize(incumbent, random);
    }

    /// <inheritdoc/>
    public void Began(int trial, ReadOnlyMemory<double> point) => _running[trial] = Dimension.Filled(point);

    /// <inheritdoc/>
    public void Ended(SampledTrial trial)
    {
        _running.Remove(trial.Number);
        _ended.Add(trial.Filled());
        _active.Add(trial.Point);
    }

    /// <inheritdoc/>
    public void Failed(int trial) => _running.Remove(trial);

    private GaussianProcess WithRunning(GaussianProcess process, double[][] points, double[] values, MaternKernel kernel)
    {
        // As many as the model holds: thousands of workers must not make it grow.
        double[][] running = [.. _running.Values.TakeLast(_options.MaxPoints).Select(p => p.ToArray())];
        return running.Length == 0
            ? process
            : GaussianProcess.TryMake([.. points, .. running], [.. values, .. running.Select(p => process.Predict(p).Mean)], kernel) ?? process;
    }

    // Mean 0 and variance 1, after what is worse than the median was put where a normal distribution with the better half's spread has that rank (Vizier's half-rank warping,
    // Song et al., arXiv:2408.11527, appendix B): how bad the bad are says nothing of where the best is, and would flatten what does.
    private static double[] Standardized(SampledTrial[] trials)
    {
        var worst = trials.Max(t => t.Loss ?? double.NegativeInfinity);
        double[] losses = [.. trials.Select(t => t.Violation > 0 ? worst : t.Loss ?? worst)];
        double[] sorted = [.. losses.Order()];
        var median = sorted[(sorted.Length - 1) / 2];
        var spread = Math.Sqrt(losses.Where(loss => loss <= median).Average(loss => (loss - median) * (loss - median)));
        for (var i = 0; i < losses.Length && spread > 0; i++)
        {
            if (losses[i] > median)
                losses[i] = median + spread * StandardNormal.Quantile((Array.BinarySearch(sorted, losses[i]) + 0.5) / sorted.Length);
        }

        var mean = losses.Average();
        var deviation = Math.Sqrt(losses.Average(loss => (loss - mean) * (loss - mean)));
        return [.. losses.Select(loss => deviation > 0 ? (loss - mean) / deviation : 0)];
    }
}
