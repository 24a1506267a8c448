using System.Globalization;
using System.Text.Json;
using Orrery.Data.Datasets;
using Orrery.Kernel;
using Orrery.Platform.Analytics;

namespace Orrery.Data.Expectations;

/// <summary>Reads the bounds and values that people write.</summary>
internal static class RangeSpec
{
    /// <summary>A range of numbers.</summary>
    /// <exception cref="InvalidException">It is no list of two bounds.</exception>
    public static NumberRange Numbers(IReadOnlyList<JsonElement> bounds)
    {
        CheckTwo(bounds);
        var range = new NumberRange(Number(bounds[0]), Number(bounds[1]));
        return range.Low > range.High ? throw new InvalidException($"The range [{range.Low}, {range.High}] is empty: its first bound is the lower one.") : range;
    }

    /// <summary>SQL literals of the two bounds for a column; null leaves one open.</summary>
    public static (string? Low, string? High) Literals(IReadOnlyList<JsonElement> bounds, ColumnType type)
    {
        CheckTwo(bounds);
        if (type is ColumnType.Text or ColumnType.Boolean)
            throw new InvalidException($"A range is for numbers and timestamps; the column has the type {ColumnTypes.Word(type)}.");
        return (IsNull(bounds[0]) ? null : Literal(bounds[0], type), IsNull(bounds[1]) ? null : Literal(bounds[1], type));
    }

    /// <summary>A value as a SQL literal of a column's type.</summary>
    /// <exception cref="InvalidException">It does not read as that type.</exception>
    public static string Literal(JsonElement value, ColumnType type)
    {
        var fits = (type, value.ValueKind) switch
        {
            (ColumnType.Int64 or ColumnType.Float64, JsonValueKind.Number) => $"CAST({Sql.Text(value.GetRawText())} AS DOUBLE)",
            (ColumnType.Boolean, JsonValueKind.True or JsonValueKind.False) => value.GetRawText(),
            (ColumnType.Text, JsonValueKind.String) => Sql.Text(value.GetString()!),
            // A number in YAML that stands for a text: a code such as 7.
            (ColumnType.Text, JsonValueKind.Number) => Sql.Text(value.GetRawText()),
            (ColumnType.Timestamp, JsonValueKind.String) when DateTimeOffset.TryParse(
                value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) =>
                $"TIMESTAMP '{time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}'",
            _ => null,
        };
        return fits ?? throw new InvalidException($"A value of type {ColumnTypes.Word(type)} was expected, got {value.GetRawText()}.");
    }

    private static void CheckTwo(IReadOnlyList<JsonElement> bounds)
    {
        if (bounds.Count != 2)
            throw new InvalidException($"A range is a list of two bounds such as [0, 100] or [0, null]; got {bounds.Count}.");
        if (bounds.All(IsNull))
            throw new InvalidException("A range has at least one bound; both are open.");
    }

    private static double? Number(JsonElement bound) => bound.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Number => bound.GetDouble(),
        _ => throw new InvalidException($"A bound is a number or null; got {bound.GetRawText()}."),
    };

    private static bool IsNull(JsonElement value) => value.ValueKind == JsonValueKind.Null;
}
