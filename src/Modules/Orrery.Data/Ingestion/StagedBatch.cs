using DuckDB.NET.Data;
using Orrery.Platform.Analytics;

namespace Orrery.Data.Ingestion;

/// <summary>A column of a file as it was read.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="DuckType">Its type: VARCHAR for text files.</param>
/// <param name="Sql">What it is called in <see cref="StagedBatch.Raw"/>.</param>
internal sealed record StagedColumn(string Name, string DuckType, string Sql);

/// <summary>A file whose records are in a session's relation <see cref="Raw"/>, still as they stand in the file.</summary>
/// <param name="Session">Sandboxed: it may run a user's expressions.</param>
/// <param name="Columns">The file's columns, in its order.</param>
internal sealed record StagedBatch(DuckDBConnection Session, IReadOnlyList<StagedColumn> Columns)
{
    /// <summary>The relation with one row a readable record: <see cref="Row"/>, <see cref="Line"/>, c0, c1 …</summary>
    public const string Raw = "raw";

    /// <summary>The record's number; also the name in every later relation, where it cannot meet a user's column.</summary>
    public const string Row = "\"$row\"";

    /// <summary>The line on which the record begins; null for layouts without lines.</summary>
    public const string Line = "\"$line\"";

    /// <summary>A record as JSON text, for people.</summary>
    public string RecordSql => Columns.Count == 0
        ? "NULL"
        : $"CAST(to_json(struct_pack({string.Join(", ", Columns.Select(c => $"{Sql.Name(c.Name)} := {c.Sql}"))})) AS VARCHAR)";
}
