using Orrery.Statistics;
using Orrery.Tuning.Pareto;
using Orrery.Tuning.Spaces;

namespace Orrery.Tuning.Samplers;

/// <summary>How NSGA-II works.</summary>
public sealed record NsgaIIOptions
{
    /// <summary>Parents that survive a generation, and children of one; 4 or more, default 50.</summary>
    public int Population { get; init; } = 50;

    /// <summary>The chance that a child mixes two parents; default 0.9, as in the paper.</summary>
    public double CrossoverProbability { get; init; } = 0.9;
}

/// <summary>
/// NSGA-II (Deb, Pratap, Agarwal &amp; Meyarivan 2002): the choice for several objectives and hundreds of trials. Parents are the best of both generations by non-dominated rank, then by crowding;
/// children come from binary tournaments by simulated binary crossover and polynomial mutation (Deb &amp; Agrawal 1995), distribution index 20 for both; categories
/// are taken from either parent and mutate to any other. Telling O(population²) a generation, proposal O(parameters).
/// </summary>
public sealed class NsgaIISampler : ISampler
{
    private const double DistributionIndex = 20;

    // Below so many values a mutation by a tenth of the range would nearly always give the same one.
    private const long FewValues = 10;

    private readonly SearchSpace _space;
    private readonly NsgaIIOptions _options;
    private readonly HaltonSampler _startup;
    private readonly TrialPrefix _prefix = new();
    private readonly List<SampledTrial> _children = [];
    private List<(SampledTrial Trial, int Rank, double Crowding)> _parents = [];

    /// <summary>A sampler without memory.</summary>
    public NsgaIISampler(SearchSpace space, ulong seed, NsgaIIOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(space);
        options ??= new NsgaIIOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Population, 4, nameof(options));
        if (!(options.CrossoverProbability is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(options), options.CrossoverProbability, "Expected a crossover probability of 0 to 1.");
        (_space, _options) = (space, options);
        _startup = new HaltonSampler(space, seed);
    }

    /// <inheritdoc/>
    public double[] Propose(int trial, SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (_parents.Count == 0)
            return _startup.Propose(trial, random);
        var child = Child(Winner(random).Point.Span, Winner(random).Point.Span, random);
        for (var d = 0; d < child.Length; d++)
        {
            if (random.NextDouble() < 1.0 / child.Length)
                child[d] = Mutated(child[d], _space.Dimensions[d], random);
        }

        return child;
    }

    /// <inheritdoc/>
    public void Began(int trial, ReadOnlyMemory<double> point)
    {
    }

    /// <inheritdoc/>
    public void Ended(SampledTrial trial) => Learn(_prefix.Add(
        trial.Number, (trial.Loss is { } loss && trial.Losses.IsEmpty ? trial with { Losses = new[] { loss } } : trial).Filled()));

    /// <inheritdoc/>
    public void Failed(int trial) => Learn(_prefix.Add(trial, null));

    private void Learn(IEnumerable<SampledTrial> trials)
    {
        foreach (var trial in trials)
        {
            _children.Add(trial);
            if (_children.Count < _options.Population)
                continue;
            Select([.. _parents.Select(p => p.Trial), .. _children]);
            _children.Clear();
        }
    }

    private void Select(List<SampledTrial> trials)
    {
        var next = new List<(SampledTrial, int, double)>(_options.Population);
        foreach (var (front, rank) in ParetoOrder.Fronts(trials).Select((front, rank) => (front, rank)))
        {
            var crowding = ParetoOrder.Crowding(trials, front);
            next.AddRange(front.Select((at, i) => (Trial: trials[at], rank, Crowding: crowding[i]))
                .OrderByDescending(t => t.Crowding).ThenBy(t => t.Trial.Number).Take(_options.Population - next.Count));
            if (next.Count == _options.Population)
                break;
        }

        _parents = next;
    }

    private SampledTrial Winner(SeededRandom random)
    {
        var (a, b) = (_parents[random.NextInt(_parents.Count)], _parents[random.NextInt(_parents.Count)]);
        return (a.Rank != b.Rank ? a.Rank < b.Rank : a.Crowding >= b.Crowding) ? a.Trial : b.Trial;
    }

    private double[] Child(ReadOnlySpan<double> a, ReadOnlySpan<double> b, SeededRandom random)
    {
        var child = a.ToArray();
        if (random.NextDouble() >= _options.CrossoverProbability)
            return child;
        for (var d = 0; d < child.Length; d++)
        {
            // Half of the coordinates cross over; either of the two children may be the one.
            if (_space.Dimensions[d].IsCategorical)
                child[d] = random.NextDouble() < 0.5 ? a[d] : b[d];
            else if (random.NextDouble() < 0.5)
                child[d] = Crossed(a[d], b[d], random);
        }

        return child;
    }

    private static double Crossed(double a, double b, SeededRandom random)
    {
        var u = random.NextDouble();
        var spread = u <= 0.5 ? Math.Pow(2 * u, 1 / (DistributionIndex + 1)) : Math.Pow(1 / (2 * (1 - u)), 1 / (DistributionIndex + 1));
        var side = random.NextDouble() < 0.5 ? 1 : -1;
        return Math.Clamp((a + b + side * spread * (a - b)) / 2, 0, 1);
    }

    private static double Mutated(double x, Dimension dimension, SeededRandom random)
    {
        if (dimension.IsCategorical || dimension.Cardinality <= FewValues)
            return random.NextDouble();
        var u = random.NextDouble();
        // Scaled to the room on either side, so that it stays inside.
        var power = 1 / (DistributionIndex + 1);
        var step = u < 0.5
            ? Math.Pow(2 * u + (1 - 2 * u) * Math.Pow(1 - x, DistributionIndex + 1), power) - 1
            : 1 - Math.Pow(2 * (1 - u) + (2 * u - 1) * Math.Pow(x, DistributionIndex + 1), power);
        return Math.Clamp(x + step, 0, 1);
    }
}
