using System.Text.Json;
using Orrery.Data.Datasets;

namespace Orrery.Data.Expectations;

/// <summary>What happens where an expectation is not met.</summary>
public enum Severity
{
    /// <summary>The rows that break it go to quarantine. The default of expectations about rows; others cannot have it.</summary>
    Quarantine,
    /// <summary>The whole batch is refused. The default of expectations about the batch.</summary>
    Fail,
    /// <summary>It is reported.</summary>
    Warn,
}

/// <summary>The spec of <c>kind: ExpectationSuite</c>: what the rows of a dataset must look like.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Expectations">What is expected; each says one thing.</param>
public sealed record ExpectationSuiteSpec(string Dataset, IReadOnlyList<Expectation> Expectations);

/// <summary>
/// One expectation: exactly one of the properties behind <see cref="Column"/>. A missing value meets every expectation about values but <see cref="NotNull"/>.
/// A range is a list of two bounds, both inclusive; <c>null</c> leaves one open.
/// </summary>
public sealed record Expectation
{
    /// <summary>The column that it is about.</summary>
    public string? Column { get; init; }

    /// <summary>Rows: there is a value.</summary>
    public bool? NotNull { get; init; }

    /// <summary>Rows: the value, a number or a timestamp, lies in a range.</summary>
    public IReadOnlyList<JsonElement>? Between { get; init; }

    /// <summary>Rows: the value is one of these.</summary>
    public IReadOnlyList<JsonElement>? In { get; init; }

    /// <summary>Rows: the value's text has a match of a regular expression (RE2).</summary>
    public string? Matches { get; init; }

    /// <summary>Rows: no earlier row has the same values in these columns.</summary>
    public IReadOnlyList<string>? Unique { get; init; }

    /// <summary>Rows: a SQL expression over the columns is true.</summary>
    public string? Expression { get; init; }

    /// <summary>Batch: the column has this type.</summary>
    public ColumnType? Type { get; init; }

    /// <summary>Batch: how many rows there are, as a range.</summary>
    public IReadOnlyList<JsonElement>? RowCount { get; init; }

    /// <summary>Batch: the mean, as a range.</summary>
    public IReadOnlyList<JsonElement>? Mean { get; init; }

    /// <summary>Batch: a quantile, as a range.</summary>
    public QuantileExpectation? Quantile { get; init; }

    /// <summary>Batch: at most this share of the rows has no value.</summary>
    public double? MissingShare { get; init; }

    /// <summary>Batch: the newest timestamp is at most this old.</summary>
    public TimeSpan? Freshness { get; init; }

    /// <summary>What happens where it is not met.</summary>
    public Severity? Severity { get; init; }

    /// <summary>Why it is expected, for whoever reads the quarantine.</summary>
    public string? Because { get; init; }
}

/// <summary>A quantile and the range that it must lie in.</summary>
/// <param name="At">The probability: 0.5 is the median.</param>
/// <param name="Between">The range.</param>
public sealed record QuantileExpectation(double At, IReadOnlyList<JsonElement> Between);
