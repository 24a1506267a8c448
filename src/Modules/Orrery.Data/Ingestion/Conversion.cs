using Orrery.Data.Datasets;
using Orrery.Platform.Analytics;

namespace Orrery.Data.Ingestion;

/// <summary>A column of the batch: what it is to be, and what it is read from.</summary>
/// <param name="Name">Its name in the dataset.</param>
/// <param name="Type">Its type there.</param>
/// <param name="From">The file's column; null where the file has none, and all values are missing.</param>
/// <param name="Required">Whether every row must have a value.</param>
/// <param name="Format">How timestamps are written; ISO 8601 where null.</param>
internal sealed record BatchColumn(string Name, ColumnType Type, StagedColumn? From, bool Required, string? Format);

/// <summary>
/// Turns a file's values into a column's, as SQL. Stricter than DuckDB's own casts, which round '1.5' to the integer 2 and take '1_000', '0x10' and
/// 'epoch': what does not read plainly as the type is a defect.
/// </summary>
internal static class Conversion
{
    public const string IntegerPattern = "[+-]?[0-9]+";
    public const string FloatPattern = "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?";
    public const string NotFinitePattern = "(?i)[+-]?(nan|inf|infinity)";
    public const string TimestampPattern = "[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}.*";

    /// <summary>The value, NULL where there is none or it does not read as the type. NaN becomes NULL, the one form of a missing value.</summary>
    public static string Value(BatchColumn column) => column.Type == ColumnType.Float64 && column.From is not null
        ? $"CASE WHEN NOT isnan({Converted(column)}) THEN {Converted(column)} END"
        : Converted(column);

    /// <summary>What makes a record unusable for this column.</summary>
    public static IEnumerable<RowRule> Rules(BatchColumn column)
    {
        if (column.From is not { } from)
            yield break;
        var given = IsText(from) && column.Type != ColumnType.Text ? Trimmed(from.Sql) : from.Sql;
        var expected = column.Format is { } format ? $"timestamp in the form {format}" : ColumnTypes.Word(column.Type);
        yield return new(
            QuarantineReason.WrongType, column.Name, $"({given} IS NOT NULL AND {Converted(column)} IS NULL)", from.Sql, Sql.Text($"A value of type {expected} was expected."));
        if (!column.Required)
            yield break;
        // Only a float can be given and yet no value: NaN.
        var missing = column.Type == ColumnType.Float64 ? $"({given} IS NULL OR coalesce(isnan({Converted(column)}), false))" : $"{given} IS NULL";
        yield return new(QuarantineReason.Missing, column.Name, missing, from.Sql, Sql.Text("A value is required."));
    }

    /// <summary>A text's value without blanks around it; NULL where nothing is left.</summary>
    public static string Trimmed(string sql) => $"nullif(trim({sql}), '')";

    private static string Converted(BatchColumn column) => column.From switch
    {
        null => $"CAST(NULL AS {ColumnTypes.Sql(column.Type)})",
        { } from when column.Type == ColumnType.Text => Text(from),
        { } from when IsText(from) => FromText(column, Trimmed(from.Sql)),
        { } from => FromTyped(column, from),
    };

    private static string Text(StagedColumn from) => ColumnTypes.Of(from.DuckType) is null && !from.DuckType.StartsWith("TIME", StringComparison.Ordinal)
        ? $"CAST(to_json({from.Sql}) AS VARCHAR)"
        : $"CAST({from.Sql} AS VARCHAR)";

    private static string FromTyped(BatchColumn column, StagedColumn from)
    {
        var source = ColumnTypes.Of(from.DuckType)?.Type;
        var cast = $"TRY_CAST({from.Sql} AS {ColumnTypes.Sql(column.Type)})";
        return (source, column.Type) switch
        {
            (ColumnType.Float64, ColumnType.Int64) => $"CASE WHEN {from.Sql} = trunc({from.Sql}) THEN {cast} END",
            (ColumnType.Int64, ColumnType.Float64) => cast,
            var (a, b) when a == b => cast,
            _ => FromText(column, $"CAST({from.Sql} AS VARCHAR)"),
        };
    }

    private static string FromText(BatchColumn column, string text) => column.Type switch
    {
        ColumnType.Int64 => $"CASE WHEN regexp_full_match({text}, '{IntegerPattern}') THEN TRY_CAST({text} AS BIGINT) END",
        ColumnType.Float64 =>
            $"CASE WHEN regexp_full_match({text}, '{FloatPattern}') AND NOT isinf(TRY_CAST({text} AS DOUBLE)) OR regexp_full_match({text}, '{NotFinitePattern}') THEN TRY_CAST({text} AS DOUBLE) END",
        ColumnType.Boolean => $"CASE WHEN lower({text}) IN ('true', 't', 'yes', 'y', '1') THEN true WHEN lower({text}) IN ('false', 'f', 'no', 'n', '0') THEN false END",
        ColumnType.Timestamp when column.Format is { } format => $"CAST(try_strptime({text}, {Sql.Text(format)}) AS TIMESTAMP)",
        // By way of the type with a time zone: the other one drops '+02:00' without a word.
        ColumnType.Timestamp => $"CASE WHEN regexp_full_match({text}, '{TimestampPattern}') THEN CAST(TRY_CAST({text} AS TIMESTAMPTZ) AS TIMESTAMP) END",
        _ => text,
    };

    private static bool IsText(StagedColumn column) => column.DuckType == "VARCHAR";

}
