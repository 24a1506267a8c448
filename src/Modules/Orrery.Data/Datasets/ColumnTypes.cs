namespace Orrery.Data.Datasets;

/// <summary>How a DuckDB type becomes the type of a dataset's column.</summary>
internal enum TypeFit
{
    /// <summary>Every value is kept.</summary>
    Lossless,
    /// <summary>Values may lose digits or range: only where a user's own expression or file asks for it.</summary>
    Lossy,
}

/// <summary>The five column types as DuckDB knows them.</summary>
internal static class ColumnTypes
{
    /// <summary>The DuckDB type that a column of <paramref name="type"/> is stored as.</summary>
    public static string Sql(ColumnType type) => type switch
    {
        ColumnType.Boolean => "BOOLEAN",
        ColumnType.Int64 => "BIGINT",
        ColumnType.Float64 => "DOUBLE",
        ColumnType.Timestamp => "TIMESTAMP",
        _ => "VARCHAR",
    };

    /// <summary>The word that declared resources and messages use.</summary>
    public static string Word(ColumnType type) => type switch
    {
        ColumnType.Boolean => "boolean",
        ColumnType.Int64 => "int64",
        ColumnType.Float64 => "float64",
        ColumnType.Timestamp => "timestamp",
        _ => "text",
    };

    /// <summary>The column type for a type as DuckDB's DESCRIBE writes it; null where a dataset has none (lists, structs, blobs, intervals).</summary>
    public static (ColumnType Type, TypeFit Fit)? Of(string duckType) => duckType switch
    {
        "BOOLEAN" => (ColumnType.Boolean, TypeFit.Lossless),
        "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" => (ColumnType.Int64, TypeFit.Lossless),
        "UBIGINT" or "HUGEINT" or "UHUGEINT" => (ColumnType.Int64, TypeFit.Lossy),
        "FLOAT" or "DOUBLE" => (ColumnType.Float64, TypeFit.Lossless),
        "VARCHAR" or "UUID" => (ColumnType.Text, TypeFit.Lossless),
        "DATE" or "TIMESTAMP" or "TIMESTAMP_S" or "TIMESTAMP_MS" or "TIMESTAMP WITH TIME ZONE" => (ColumnType.Timestamp, TypeFit.Lossless),
        "TIMESTAMP_NS" => (ColumnType.Timestamp, TypeFit.Lossy),
        _ when duckType.StartsWith("DECIMAL", StringComparison.Ordinal) && !duckType.EndsWith(']') => (ColumnType.Float64, TypeFit.Lossy),
        _ when duckType.StartsWith("ENUM", StringComparison.Ordinal) && !duckType.EndsWith(']') => (ColumnType.Text, TypeFit.Lossless),
        _ => null,
    };
}
