using Orrery.Kernel;

namespace Orrery.Tuning.Spaces;

/// <summary>What a declaration must keep to.</summary>
internal static class ParameterCheck
{
    // Integers travel as doubles, which hold every whole number up to here.
    private const double LargestInteger = 1L << 53;

    public static void ThrowIfInvalid(IReadOnlyList<ParameterSpec> specs)
    {
        if (specs.Count == 0)
            throw new InvalidException("A search space needs at least one parameter; got none.");
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < specs.Count; i++)
        {
            var at = $"parameters[{i}]";
            if (string.IsNullOrWhiteSpace(specs[i].Name))
                errors[at] = "A parameter needs a name.";
            else if (!names.Add(specs[i].Name))
                errors[at] = $"The name '{specs[i].Name}' comes twice.";
            else if ((Fault(specs[i]) ?? Condition(specs[i].When, specs.Take(i))) is { } fault)
                errors[at] = $"'{specs[i].Name}': {fault}";
        }

        if (errors.Count > 0)
            throw new InvalidException(string.Join(" ", errors.Values)) { Errors = errors };
    }

    private static string? Fault(ParameterSpec spec) => spec.Kind switch
    {
        ParameterKind.Categorical => Categorical(spec),
        ParameterKind.Float or ParameterKind.Integer => Number(spec),
        _ => $"unknown kind {spec.Kind}.",
    };

    private static string? Condition(ParameterCondition? condition, IEnumerable<ParameterSpec> earlier)
    {
        if (condition is null)
            return null;
        if (earlier.FirstOrDefault(p => p.Name == condition.Parameter) is not { Kind: ParameterKind.Categorical, Choices: { } known })
            return $"its condition names '{condition.Parameter}'; expected a categorical parameter that is declared earlier.";
        if (condition.Choices.Count == 0)
            return "a condition needs at least one choice.";
        return condition.Choices.FirstOrDefault(choice => !known.Contains(choice, StringComparer.Ordinal)) is { } unknown
            ? $"its condition names '{unknown}'; '{condition.Parameter}' is one of {string.Join(", ", known)}."
            : null;
    }

    private static string? Categorical(ParameterSpec spec)
    {
        if (spec.Low is not null || spec.High is not null || spec.Step is not null || spec.Scale != ParameterScale.Linear)
            return "a categorical parameter has choices, not low, high, step or scale.";
        if (spec.Choices is not { Count: > 0 })
            return "a categorical parameter needs at least one choice.";
        return spec.Choices.Distinct(StringComparer.Ordinal).Count() == spec.Choices.Count ? null : "every choice may come once.";
    }

    private static string? Number(ParameterSpec spec)
    {
        if (spec.Choices is not null)
            return "choices belong to a categorical parameter.";
        if (spec.Low is not { } low || spec.High is not { } high || !double.IsFinite(low) || !double.IsFinite(high) || low > high)
            return FormattableString.Invariant($"expected finite low and high, low at most high; got {spec.Low} and {spec.High}.");
        if (!double.IsFinite(high - low))
            return "the range is too wide for a double.";
        if (spec.Scale == ParameterScale.Log && low <= 0)
            return FormattableString.Invariant($"a log scale needs a low above 0; got {low}.");
        if (spec.Step is { } step && (!(step > 0) || !double.IsFinite(step)))
            return FormattableString.Invariant($"a step is above 0; got {step}.");
        if (spec.Step is not null && spec.Scale == ParameterScale.Log)
            return "a step needs a linear scale.";
        if (spec.Kind != ParameterKind.Integer)
            return null;
        return IsWhole(low) && IsWhole(high) && IsWhole(spec.Step ?? 1)
            ? null
            : "low, high and step of an integer are whole numbers, at most 2^53 in size.";
    }

    private static bool IsWhole(double value) => value == Math.Round(value) && Math.Abs(value) <= LargestInteger;
}
