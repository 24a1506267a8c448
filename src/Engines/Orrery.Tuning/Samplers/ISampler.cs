using Orrery.Statistics;

namespace Orrery.Tuning.Samplers;

/// <summary>A trial that has ended, as samplers see it.</summary>
/// <param name="Number">The trial's number.</param>
/// <param name="Point">Its coordinates in [0, 1], one a parameter; <see cref="Spaces.Dimension.Inactive"/> (NaN) where the trial does not have it.</param>
/// <param name="Loss">Its value, smaller is better; null where it was pruned: worse than every value. The first of several objectives.</param>
public readonly record struct SampledTrial(int Number, ReadOnlyMemory<double> Point, double? Loss)
{
    /// <summary>One loss an objective, where there are several; empty where there is one, or the trial was pruned.</summary>
    public ReadOnlyMemory<double> Losses { get; init; }

    /// <summary>By how much it breaks its constraints, summed; 0 where it keeps them all.</summary>
    public double Violation { get; init; }

    /// <summary>The same with a number in every coordinate.</summary>
    internal SampledTrial Filled() => this with { Point = Spaces.Dimension.Filled(Point) };
}

/// <summary>
/// Decides where to look next. What it proposes is a function of the seed, the trial's number and the <em>set</em> of trials that it has been told of, never of
/// the order in which parallel workers told them: so a study can be rebuilt from its records, and a run can be repeated. Not thread-safe; a study owns its sampler.
/// </summary>
public interface ISampler
{
    /// <summary>A new point, coordinates in [0, 1], one a parameter.</summary>
    /// <param name="trial">The number of the trial that asks.</param>
    /// <param name="random">Seeded for this trial alone.</param>
    double[] Propose(int trial, SeededRandom random);

    /// <summary>A trial runs at this point: parallel workers should not all look at one place.</summary>
    void Began(int trial, ReadOnlyMemory<double> point);

    /// <summary>A running trial was completed or pruned.</summary>
    void Ended(SampledTrial trial);

    /// <summary>A running trial failed: nothing is known about its point.</summary>
    void Failed(int trial);
}
