using Orrery.Kernel;

namespace Orrery.Tuning.Spaces;

/// <summary>
/// The parameters that a study searches, in order. A point of the space is a vector of as many coordinates in [0, 1]. Immutable, thread-safe.
/// </summary>
public sealed class SearchSpace
{
    /// <summary>A checked space.</summary>
    /// <exception cref="InvalidException">Some declaration is wrong; <see cref="InvalidException.Errors"/> names every one.</exception>
    public SearchSpace(IEnumerable<ParameterSpec> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ParameterSpec[] specs = [.. parameters];
        ParameterCheck.ThrowIfInvalid(specs);
        Dimensions = [.. specs.Select(spec => new Dimension(spec))];
    }

    /// <summary>A checked space.</summary>
    public SearchSpace(params ParameterSpec[] parameters)
        : this((IEnumerable<ParameterSpec>)parameters)
    {
    }

    /// <summary>The parameters, in order.</summary>
    public IReadOnlyList<Dimension> Dimensions { get; }

    /// <summary>How many different points there are; null where a parameter is continuous, or there are more than 2⁶².</summary>
    public long? Cardinality
    {
        get
        {
            UInt128 product = 1;
            foreach (var dimension in Dimensions)
            {
                if (dimension.Cardinality is not { } cardinality || (product *= (ulong)cardinality) > 1UL << 62)
                    return null;
            }

            return (long)product;
        }
    }

    /// <summary>The declarations, as they came.</summary>
    public IReadOnlyList<ParameterSpec> Specs => [.. Dimensions.Select(d => d.Spec)];

    /// <summary>The values at a point.</summary>
    public IReadOnlyDictionary<string, ParameterValue> FromUnit(ReadOnlySpan<double> point)
    {
        if (point.Length != Dimensions.Count)
            throw new ArgumentException($"Expected {Dimensions.Count} coordinates; got {point.Length}.", nameof(point));
        var values = new Dictionary<string, ParameterValue>(StringComparer.Ordinal);
        for (var i = 0; i < point.Length; i++)
            values.Add(Dimensions[i].Spec.Name, Dimensions[i].FromUnit(point[i]));
        return values;
    }

    /// <summary>The point of the values.</summary>
    /// <exception cref="InvalidException">A parameter is missing, unknown, or has a value outside the space.</exception>
    public double[] ToUnit(IReadOnlyDictionary<string, ParameterValue> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var names = Dimensions.Select(d => d.Spec.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var name in values.Keys)
        {
            if (!names.Contains(name))
            {
                var nearest = NearestName.Of(name, names);
                throw new InvalidException($"The space has no parameter '{name}'." + (nearest is null ? "" : $" Did you mean '{nearest}'?"));
            }
        }

        return [.. Dimensions.Select(dimension => Coordinate(dimension, values))];
    }

    private static double Coordinate(Dimension dimension, IReadOnlyDictionary<string, ParameterValue> values)
    {
        if (!values.TryGetValue(dimension.Spec.Name, out var value))
            throw new InvalidException($"The parameter '{dimension.Spec.Name}' has no value; give every parameter of the space one.");
        try
        {
            return dimension.ToUnit(value);
        }
        catch (ArgumentException outside)
        {
            throw new InvalidException(outside.Message, outside);
        }
    }
}
