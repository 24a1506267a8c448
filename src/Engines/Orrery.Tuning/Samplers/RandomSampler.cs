using Orrery.Statistics;
using Orrery.Tuning.Spaces;

namespace Orrery.Tuning.Samplers;

/// <summary>Uniform points (Bergstra &amp; Bengio 2012): the baseline that every other sampler must beat. O(parameters).</summary>
public sealed class RandomSampler(SearchSpace space) : ISampler
{
    private readonly int _dimensions = (space ?? throw new ArgumentNullException(nameof(space))).Dimensions.Count;

    /// <inheritdoc/>
    public double[] Propose(int trial, SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var point = new double[_dimensions];
        for (var i = 0; i < point.Length; i++)
            point[i] = random.NextDouble();
        return point;
    }

    /// <inheritdoc/>
    public void Began(int trial, ReadOnlyMemory<double> point)
    {
    }

    /// <inheritdoc/>
    public void Ended(SampledTrial trial)
    {
    }

    /// <inheritdoc/>
    public void Failed(int trial)
    {
    }
}
