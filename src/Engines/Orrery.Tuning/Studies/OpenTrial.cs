using Orrery.Kernel;
using Orrery.Statistics;
using Orrery.Tuning.Spaces;

namespace Orrery.Tuning.Studies;

/// <summary>Where the parameters of a running trial come from that asks for them one by one.</summary>
/// <param name="wanted">Values that were enqueued; null for none.</param>
internal sealed class OpenTrial(IReadOnlyDictionary<string, ParameterValue>? wanted)
{
    private double[]? _point;

    /// <summary>The value of the parameter at an index of the space.</summary>
    /// <param name="dimension">The parameter.</param>
    /// <param name="at">Its index.</param>
    /// <param name="propose">The sampler's point; asked once, when the first parameter is: by then the other running trials have been heard of.</param>
    /// <param name="random">For a parameter that no trial had when the point was proposed.</param>
    /// <exception cref="InvalidException">The wanted value does not fit.</exception>
    public ParameterValue Value(Dimension dimension, int at, Func<double[]> propose, SeededRandom random)
    {
        if (wanted is not null && wanted.TryGetValue(dimension.Spec.Name, out var value))
        {
            try
            {
                return dimension.FromUnit(dimension.ToUnit(value));
            }
            catch (ArgumentException outside)
            {
                throw new InvalidException(outside.Message, outside);
            }
        }

        _point ??= propose();
        return dimension.FromUnit(at < _point.Length ? _point[at] : random.NextDouble());
    }
}
