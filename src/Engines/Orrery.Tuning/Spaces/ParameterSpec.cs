namespace Orrery.Tuning.Spaces;

/// <summary>What values a parameter takes.</summary>
public enum ParameterKind
{
    /// <summary>Real numbers.</summary>
    Float,

    /// <summary>Whole numbers.</summary>
    Integer,

    /// <summary>One of some names without order.</summary>
    Categorical,
}

/// <summary>On which scale a number is searched.</summary>
public enum ParameterScale
{
    /// <summary>Equal steps are equal differences.</summary>
    Linear,

    /// <summary>Equal steps are equal ratios: for learning rates and penalties. The lower end must be above 0.</summary>
    Log,
}

/// <summary>
/// One parameter as it is declared: binds from YAML and JSON. It is checked when a <see cref="SearchSpace"/> is made of it.
/// </summary>
public sealed record ParameterSpec
{
    /// <summary>Unique in its space.</summary>
    public required string Name { get; init; }

    /// <summary>What values it takes.</summary>
    public required ParameterKind Kind { get; init; }

    /// <summary>The smallest value, included; numbers only.</summary>
    public double? Low { get; init; }

    /// <summary>The largest value, included; with a step, the last one that the step reaches.</summary>
    public double? High { get; init; }

    /// <summary>Only low + i · step; linear scale only. Default: none for floats, 1 for integers.</summary>
    public double? Step { get; init; }

    /// <summary>On which scale it is searched; default linear.</summary>
    public ParameterScale Scale { get; init; }

    /// <summary>The names of a categorical parameter, each once.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>In which trials it has a value; default all.</summary>
    public ParameterCondition? When { get; init; }

    /// <summary>Real numbers of [low, high].</summary>
    public static ParameterSpec Float(string name, double low, double high, ParameterScale scale = ParameterScale.Linear, double? step = null) =>
        new() { Name = name, Kind = ParameterKind.Float, Low = low, High = high, Scale = scale, Step = step };

    /// <summary>Whole numbers of [low, high].</summary>
    public static ParameterSpec Integer(string name, long low, long high, ParameterScale scale = ParameterScale.Linear, long? step = null) =>
        new() { Name = name, Kind = ParameterKind.Integer, Low = low, High = high, Scale = scale, Step = step };

    /// <summary>One of the names.</summary>
    public static ParameterSpec Categorical(string name, params IReadOnlyList<string> choices) =>
        new() { Name = name, Kind = ParameterKind.Categorical, Choices = choices };

    /// <summary>The same parameter, active only where an earlier categorical one has one of some choices.</summary>
    public ParameterSpec OnlyWhen(string parameter, params IReadOnlyList<string> choices) => this with { When = new ParameterCondition { Parameter = parameter, Choices = choices } };

    /// <summary>Whether both have the same values on the same scale, whatever their conditions.</summary>
    internal bool HasRangeOf(ParameterSpec other) =>
        Kind == other.Kind && Low == other.Low && High == other.High && Scale == other.Scale && (Step ?? NaturalStep) == (other.Step ?? other.NaturalStep)
        && (Choices ?? []).SequenceEqual(other.Choices ?? [], StringComparer.Ordinal);

    private double NaturalStep => Kind == ParameterKind.Integer ? 1 : 0;
}

/// <summary>A parameter belongs to some choices of another: a momentum to one optimiser, a depth to trees. Where that one is not active either, neither is this.</summary>
public sealed record ParameterCondition
{
    /// <summary>The name of a categorical parameter that is declared earlier.</summary>
    public required string Parameter { get; init; }

    /// <summary>Those of its choices that make the parameter active.</summary>
    public required IReadOnlyList<string> Choices { get; init; }
}
