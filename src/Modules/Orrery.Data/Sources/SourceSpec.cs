using Orrery.Data.Datasets;

namespace Orrery.Data.Sources;

/// <summary>How a file is laid out.</summary>
public enum SourceFormat
{
    /// <summary>Delimited text (RFC 4180 and its relatives).</summary>
    Csv,
    /// <summary>Apache Parquet.</summary>
    Parquet,
    /// <summary>One array of JSON objects.</summary>
    Json,
    /// <summary>One JSON object a line.</summary>
    Jsonl,
}

/// <summary>The spec of <c>kind: Source</c>: where a dataset's rows come from and how they are read.</summary>
/// <param name="Dataset">The dataset that ingested files are appended to.</param>
public sealed record SourceSpec(string Dataset)
{
    /// <summary>The layout of the files; told from the content where it is left out.</summary>
    public SourceFormat? Format { get; init; }

    /// <summary>How delimited text is read; what is left out is told from the content.</summary>
    public CsvSpec? Csv { get; init; }

    /// <summary>
    /// The columns to take, by the name that they get in the dataset. Left out: all columns of the file, with the narrowest type that all but the
    /// allowed share of bad rows fit.
    /// </summary>
    public IReadOnlyDictionary<string, SourceColumn>? Columns { get; init; }

    /// <summary>Columns to compute: SQL scalar expressions over the other columns.</summary>
    public IReadOnlyDictionary<string, string>? Derive { get; init; }

    /// <summary>The column that says when a row became known. Rows without it are quarantined.</summary>
    public string? Timestamp { get; init; }

    /// <summary>Columns whose values together name a row; a second row of the same key is quarantined.</summary>
    public IReadOnlyList<string>? Key { get; init; }

    /// <summary>The expectation suite that every batch must meet.</summary>
    public string? Suite { get; init; }

    /// <summary>The share of bad rows above which a file is refused whole; the server's default where it is left out.</summary>
    public double? MaxBadShare { get; init; }
}

/// <summary>One column of a source.</summary>
public sealed record SourceColumn
{
    /// <summary>Its type; inferred where it is left out.</summary>
    public ColumnType? Type { get; init; }

    /// <summary>What it is called in the file; the same as in the dataset where it is left out.</summary>
    public string? From { get; init; }

    /// <summary>Whether the file must have the column, and every row a value.</summary>
    public bool Required { get; init; }

    /// <summary>How timestamps are written, in the notation of strptime: <c>%d.%m.%Y %H:%M</c>. ISO 8601 where it is left out.</summary>
    public string? Format { get; init; }
}

/// <summary>How delimited text is read.</summary>
public sealed record CsvSpec
{
    /// <summary>The one ASCII character between fields: <c>,</c> <c>;</c> a tab …</summary>
    public string? Delimiter { get; init; }

    /// <summary>The one ASCII character around fields that hold delimiters or line ends; written twice, it stands for itself. Default <c>"</c>.</summary>
    public string Quote { get; init; } = "\"";

    /// <summary>Whether the first record names the columns.</summary>
    public bool? Header { get; init; }

    /// <summary>The columns' names, for files without a header.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>Unquoted texts that mean "no value". Default: the empty text.</summary>
    public IReadOnlyList<string> NullValues { get; init; } = [""];
}
