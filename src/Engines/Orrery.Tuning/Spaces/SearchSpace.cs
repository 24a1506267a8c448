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

    private SearchSpace(ParameterSpec[] specs, bool isDefinedByRun)
    {
        if (specs.Length > 0)
            ParameterCheck.ThrowIfInvalid(specs);
        if (Array.Find(specs, spec => spec.When is not null) is { } conditional)
            throw new InvalidException($"'{conditional.Name}' has a condition; where the objective defines the space by what it asks for, it asks only where the condition is met.");
        (Dimensions, IsDefinedByRun) = ([.. specs.Select(spec => new Dimension(spec))], isDefinedByRun);
    }

    /// <summary>The parameters, in order.</summary>
    public IReadOnlyList<Dimension> Dimensions { get; }

    /// <summary>Whether the objective defines the space by what it asks for: any parameter may be missing in a trial, and more may come.</summary>
    public bool IsDefinedByRun { get; }

    /// <summary>How many different points there are, were every parameter always active; null where a parameter is continuous, or there are more than 2⁶².</summary>
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

    /// <summary>A space that the objective defines by what it asks for.</summary>
    /// <param name="known">What it has asked for so far.</param>
    /// <exception cref="InvalidException">Some declaration is wrong, or has a condition.</exception>
    public static SearchSpace DefinedByRun(params IEnumerable<ParameterSpec> known)
    {
        ArgumentNullException.ThrowIfNull(known);
        return new SearchSpace([.. known], isDefinedByRun: true);
    }

    /// <summary>The values at a point, without the parameters whose condition is not met there.</summary>
    public IReadOnlyDictionary<string, ParameterValue> FromUnit(ReadOnlySpan<double> point)
    {
        if (point.Length != Dimensions.Count)
            throw new ArgumentException($"Expected {Dimensions.Count} coordinates; got {point.Length}.", nameof(point));
        var values = new Dictionary<string, ParameterValue>(StringComparer.Ordinal);
        for (var i = 0; i < point.Length; i++)
        {
            if (IsActive(Dimensions[i], values))
                values.Add(Dimensions[i].Spec.Name, Dimensions[i].FromUnit(point[i]));
        }

        return values;
    }

    /// <summary>The point of the values; the coordinate of a parameter that is not active is <see cref="Dimension.Inactive"/>.</summary>
    /// <exception cref="InvalidException">A parameter is missing, unknown, not active, or has a value outside the space.</exception>
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

    /// <summary>The point with the coordinates of parameters that are not active there at <see cref="Dimension.Inactive"/>, as a trial at it is remembered.</summary>
    internal double[] Settled(double[] point) => Dimensions.Any(d => d.Spec.When is not null) ? ToUnit(FromUnit(point)) : point;

    /// <summary>The wanted values, and for every other active parameter the one of the fallback, or of the middle where that has none.</summary>
    internal IReadOnlyDictionary<string, ParameterValue> Complete(
        IReadOnlyDictionary<string, ParameterValue> wanted, IReadOnlyDictionary<string, ParameterValue> fallback)
    {
        var values = new Dictionary<string, ParameterValue>(wanted, StringComparer.Ordinal);
        foreach (var dimension in Dimensions.Where(d => IsActive(d, values) && !values.ContainsKey(d.Spec.Name)))
            values.Add(dimension.Spec.Name, fallback.TryGetValue(dimension.Spec.Name, out var value) ? value : dimension.FromUnit(0.5));
        return values;
    }

    // Conditions name earlier parameters, so these have their values already, or are not active themselves.
    private static bool IsActive(Dimension dimension, IReadOnlyDictionary<string, ParameterValue> values) =>
        dimension.Spec.When is not { } condition
        || (values.TryGetValue(condition.Parameter, out var value) && value.IsChoice && condition.Choices.Contains(value.Choice, StringComparer.Ordinal));

    private double Coordinate(Dimension dimension, IReadOnlyDictionary<string, ParameterValue> values)
    {
        var hasValue = values.TryGetValue(dimension.Spec.Name, out var value);
        if (!IsActive(dimension, values))
        {
            return hasValue
                ? throw new InvalidException(
                    $"The parameter '{dimension.Spec.Name}' has a value but is not active; it is when '{dimension.Spec.When!.Parameter}' is one of {string.Join(", ", dimension.Spec.When.Choices)}.")
                : Dimension.Inactive;
        }

        if (!hasValue && IsDefinedByRun)
            return Dimension.Inactive;
        if (!hasValue)
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
