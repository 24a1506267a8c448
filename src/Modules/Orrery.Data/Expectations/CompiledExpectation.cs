using Orrery.Data.Ingestion;

namespace Orrery.Data.Expectations;

/// <summary>An expectation as SQL.</summary>
/// <param name="Text">What is expected, in words.</param>
/// <param name="Severity">What follows where it is not met.</param>
internal abstract record CompiledExpectation(string Text, Severity Severity);

/// <summary>An expectation that each row meets or breaks.</summary>
/// <param name="Text">What is expected, in words.</param>
/// <param name="Severity">What follows where it is not met.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Extra">A column that the rule needs beside the rows' own: SQL with its alias; null for most.</param>
internal sealed record RowExpectation(string Text, Severity Severity, RowRule Rule, string? Extra = null) : CompiledExpectation(Text, Severity);

/// <summary>An expectation about one figure of all rows.</summary>
/// <param name="Text">What is expected, in words.</param>
/// <param name="Severity">What follows where it is not met.</param>
/// <param name="Measure">SQL of the figure, a DOUBLE or NULL where there is nothing to measure.</param>
/// <param name="Range">Where it must lie. A figure that cannot be measured does not.</param>
internal sealed record BatchExpectation(string Text, Severity Severity, string Measure, NumberRange Range) : CompiledExpectation(Text, Severity);

/// <summary>Numbers between two bounds, both inclusive; null leaves one open.</summary>
internal readonly record struct NumberRange(double? Low, double? High)
{
    public bool Holds(double value) => !(value < Low) && !(value > High) && !double.IsNaN(value);
}
