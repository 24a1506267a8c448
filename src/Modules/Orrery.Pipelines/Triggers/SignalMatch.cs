using System.Globalization;
using System.Text.Json;
using Orrery.Pipelines.Definition;
using Orrery.Platform.Signals;

namespace Orrery.Pipelines.Triggers;

/// <summary>Whether a record of a stream fits a pipeline's condition, and its values as text.</summary>
internal static class SignalMatch
{
    public static bool Fits(SignalBatch batch, int row, SignalSpec spec, string workspace)
    {
        // A stream that says which workspace a record is of starts no pipeline of another.
        if (batch.Schema.Find(AlertStream.Workspace) is >= 0 and var ordinal && Text(batch, row, ordinal) != workspace)
            return false;
        return (spec.Where ?? new Dictionary<string, JsonElement>()).All(condition =>
            batch.Schema.Find(condition.Key) is >= 0 and var column && Same(batch, row, column, condition.Value));
    }

    /// <summary>A value as a parameter gets it; empty where there is none.</summary>
    public static string Text(SignalBatch batch, int row, string column) => batch.Schema.Find(column) is >= 0 and var ordinal ? Text(batch, row, ordinal) : "";

    private static bool Same(SignalBatch batch, int row, int ordinal, JsonElement expected)
    {
        if (batch[ordinal].IsNull(row))
            return false;
        return batch.Schema.Columns[ordinal].Type is SignalType.Float64 or SignalType.Int64
            ? expected.ValueKind == JsonValueKind.Number && Number(batch, row, ordinal) == expected.GetDouble()
            : Text(batch, row, ordinal) == Placeholders.Text(expected);
    }

    private static double Number(SignalBatch batch, int row, int ordinal) =>
        batch.Schema.Columns[ordinal].Type == SignalType.Float64 ? batch[ordinal].Float64(row) : batch[ordinal].Int64(row);

    private static string Text(SignalBatch batch, int row, int ordinal)
    {
        var values = batch[ordinal];
        if (values.IsNull(row))
            return "";
        return batch.Schema.Columns[ordinal].Type switch
        {
            SignalType.Text => values.Text(row),
            SignalType.Float64 => values.Float64(row).ToString("R", CultureInfo.InvariantCulture),
            SignalType.Boolean => values.Boolean(row) ? "true" : "false",
            SignalType.Timestamp => values.Timestamp(row).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
            _ => values.Int64(row).ToString(CultureInfo.InvariantCulture),
        };
    }
}
