using System.Globalization;
using System.Text.Json;
using Apache.Arrow;
using Orrery.Kernel;
using Orrery.Preparation;

namespace Orrery.Training.Explanations;

/// <summary>Makes one row of a transform's raw columns from JSON values.</summary>
internal static class InputRow
{
    public static RecordBatch Of(IReadOnlyList<ColumnSpec> columns, IReadOnlyDictionary<string, JsonElement> values)
    {
        if (values.Keys.FirstOrDefault(k => columns.All(c => c.Name != k)) is { } unknown)
        {
            var nearest = NearestName.Of(unknown, columns.Select(c => c.Name)) is { } near ? $" Did you mean '{near}'?" : "";
            throw new InvalidException($"The model takes no input '{unknown}'.{nearest}");
        }

        var row = new RecordBatch.Builder();
        foreach (var column in columns)
        {
            JsonElement? value = values.TryGetValue(column.Name, out var given) && given.ValueKind != JsonValueKind.Null ? given : null;
            row.Append(column.Name, nullable: true, Cell(column, value));
        }

        return row.Build();
    }

    private static IArrowArray Cell(ColumnSpec column, JsonElement? value) => column.Type switch
    {
        ColumnType.Number => new DoubleArray.Builder().Append(value is { } v ? Number(column, v) : null).Build(),
        ColumnType.Text => new StringArray.Builder().Append(value is { } v ? Text(column, v) : null).Build(),
        ColumnType.Timestamp => new Int64Array.Builder().Append(value is { } v ? Seconds(column, v) : null).Build(),
        _ => new Int64Array.Builder().Append(value is { } v ? Integer(column, v) : null).Build(),
    };

    private static double? Number(ColumnSpec column, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.String when value.GetString() == "NaN" => double.NaN,
        _ => throw Wrong(column, value),
    };

    private static string? Text(ColumnSpec column, JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(column, value);

    private static long? Integer(ColumnSpec column, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetInt64(out var integer) => integer,
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        _ => throw Wrong(column, value),
    };

    private static long? Seconds(ColumnSpec column, JsonElement value) =>
        value.ValueKind == JsonValueKind.String
        && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant.ToUnixTimeSeconds()
            : Integer(column, value);

    private static InvalidException Wrong(ColumnSpec column, JsonElement value) =>
        new($"The input '{column.Name}' is of type {column.Type}; got {value.GetRawText()}.");
}
