using Orrery.Platform.Signals;
using ParquetSharp;

namespace Orrery.Embedded.Signals.Segments;

/// <summary>How a stream's columns look in Parquet.</summary>
internal static class SegmentColumns
{
    /// <summary>The column that numbers the records; no stream has a column of its own with this name.</summary>
    public const string Offset = "offset";

    /// <summary><see cref="Offset"/>, then the schema's columns in order.</summary>
    public static Column[] Of(SignalSchema schema) => [new Column<long>(Offset), .. schema.Columns.Select(Of)];

    /// <summary>Whether every record has a value: then Parquet stores no definition levels.</summary>
    public static bool IsRequired(SignalColumn column) => column.Name is SignalSchema.Time or SignalSchema.Id;

    private static Column Of(SignalColumn column) => (column.Type, IsRequired(column)) switch
    {
        (SignalType.Text, _) => new Column(typeof(string), column.Name, LogicalType.String()),
        (SignalType.Float64, _) => new Column<double?>(column.Name),
        (SignalType.Int64, _) => new Column<long?>(column.Name),
        (SignalType.Boolean, _) => new Column<bool?>(column.Name),
        (SignalType.Timestamp, true) => new Column<long>(column.Name, Microseconds()),
        (SignalType.Timestamp, false) => new Column<long?>(column.Name, Microseconds()),
        _ => throw new ArgumentOutOfRangeException(nameof(column), column.Type, "The column has no known type."),
    };

    private static LogicalType Microseconds() => LogicalType.Timestamp(isAdjustedToUtc: true, TimeUnit.Micros);
}
