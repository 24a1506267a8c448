namespace Orrery.Tuning.Spaces;

/// <summary>
/// One parameter as the samplers see it: the unit interval. A number's coordinate is its place on its scale; a value of a finite set owns an equal
/// share of the interval and its coordinate is the middle of that share. For log-scaled integers shares follow the scale instead.
/// </summary>
/// <remarks>Law: <c>FromUnit(ToUnit(value)) == value</c> for every value of the space, and FromUnit of any coordinate is such a value.</remarks>
public sealed class Dimension
{
    /// <summary>The coordinate of a parameter that a trial does not have.</summary>
    public const double Inactive = double.NaN;

    // For models that need a number everywhere: all trials without the parameter are alike in it.
    private const double Middle = 0.5;

    private readonly double _low;
    private readonly double _high;
    private readonly double _step;
    private readonly double _from;
    private readonly double _to;
    private readonly Dictionary<string, int>? _choices;

    internal Dimension(ParameterSpec spec)
    {
        Spec = spec;
        if (spec.Kind == ParameterKind.Categorical)
        {
            Cardinality = spec.Choices!.Count;
            _choices = spec.Choices.Select((choice, i) => (choice, i)).ToDictionary(c => c.choice, c => c.i, StringComparer.Ordinal);
            return;
        }

        (_low, _high) = (spec.Low!.Value, spec.High!.Value);
        _step = spec.Step ?? (spec.Kind == ParameterKind.Integer ? 1 : 0);
        if (_step > 0 && spec.Scale == ParameterScale.Linear)
            Cardinality = (long)Math.Floor((_high - _low) / _step + 1e-9) + 1;
        else if (_low == _high)
            Cardinality = 1;
        // Half a step on either side, so that the first and the last integer are as likely as their neighbours.
        var margin = spec is { Kind: ParameterKind.Integer, Scale: ParameterScale.Log } ? 0.5 : 0;
        (_from, _to) = (OnScale(_low - margin), OnScale(_high + margin));
    }

    /// <summary>What was declared.</summary>
    public ParameterSpec Spec { get; }

    /// <summary>How many values share the interval equally; null for a continuous scale.</summary>
    public long? Cardinality { get; }

    /// <summary>Whether neighbours on the interval are unrelated.</summary>
    public bool IsCategorical => _choices is not null;

    /// <summary>The value at a coordinate of [0, 1].</summary>
    public ParameterValue FromUnit(double coordinate)
    {
        if (!(coordinate is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(coordinate), coordinate, "Expected 0 to 1.");
        if (Cardinality is { } cardinality)
        {
            var index = Math.Min(cardinality - 1, (long)(coordinate * cardinality));
            // 19 + 97 · 0.1 is a little above 28.7 in binary.
            return _choices is not null ? Spec.Choices![(int)index] : Math.Min(_high, _low + index * _step);
        }

        var at = _from + coordinate * (_to - _from);
        var value = Spec.Scale == ParameterScale.Log ? Math.Exp(at) : at;
        if (Spec.Kind == ParameterKind.Integer)
            value = Math.Round(value);
        return Math.Clamp(value, _low, _high);
    }

    /// <summary>The coordinate of a value of this parameter.</summary>
    /// <exception cref="ArgumentException">It is not one.</exception>
    public double ToUnit(ParameterValue value)
    {
        if (_choices is not null)
        {
            return value.IsChoice && _choices.TryGetValue(value.Choice, out var choice)
                ? (choice + 0.5) / _choices.Count
                : throw NotAValue(value, $"one of {string.Join(", ", Spec.Choices!)}");
        }

        if (value.IsChoice || !(value.Number >= _low && value.Number <= _high))
            throw NotAValue(value, FormattableString.Invariant($"a number from {_low} to {_high}"));
        if (Spec.Kind == ParameterKind.Integer && value.Number != Math.Round(value.Number))
            throw NotAValue(value, "a whole number");
        if (Cardinality is not { } cardinality)
            return Math.Clamp((OnScale(value.Number) - _from) / (_to - _from), 0, 1);
        var steps = cardinality == 1 ? 0 : (value.Number - _low) / _step;
        return Math.Abs(steps - Math.Round(steps)) < 1e-6
            ? (Math.Round(steps) + 0.5) / cardinality
            : throw NotAValue(value, FormattableString.Invariant($"{_low} plus a multiple of {_step}"));
    }

    /// <summary>The coordinate of the value at a coordinate: a finite set has no points in between.</summary>
    public double Nearest(double coordinate) => Cardinality is { } cardinality
        ? (Math.Min(cardinality - 1, (long)(coordinate * cardinality)) + 0.5) / cardinality
        : Spec.Kind == ParameterKind.Integer ? ToUnit(FromUnit(coordinate)) : coordinate;

    /// <summary>The point with a number in every coordinate, as models need it that know no missing ones.</summary>
    internal static ReadOnlyMemory<double> Filled(ReadOnlyMemory<double> point) =>
        Array.ConvertAll(point.ToArray(), x => double.IsNaN(x) ? Middle : x);

    private double OnScale(double value) => Spec.Scale == ParameterScale.Log ? Math.Log(value) : value;

    private ArgumentException NotAValue(ParameterValue value, string expected) =>
        new($"The parameter '{Spec.Name}' cannot be {value}; expected {expected}.", nameof(value));
}
