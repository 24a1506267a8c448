using System.Globalization;
using DuckDB.NET.Data;
using Orrery.Platform.Analytics;

namespace Orrery.Data.Datasets.Storage;

/// <summary>The rows of a query in a table of its session, from where they are written. Disposing it drops the table. A session stages one query at a time.</summary>
internal sealed class StagedRows : IDisposable
{
    /// <summary>The table; its row ids are the rows' places.</summary>
    public const string Table = "memory.main.orrery_staged_rows";

    private StagedRows(DuckDBConnection session, IReadOnlyList<DatasetColumn> columns, long rows, double rowBytes) =>
        (Session, Columns, Rows, RowBytes) = (session, columns, rows, rowBytes);

    /// <summary>Whose table it is.</summary>
    public DuckDBConnection Session { get; }

    public IReadOnlyList<DatasetColumn> Columns { get; }

    public long Rows { get; }

    /// <summary>How wide a row is in memory, about.</summary>
    public double RowBytes { get; }

    public static async Task<StagedRows> CreateAsync(DuckDBConnection session, string select, IReadOnlyList<DatasetColumn> columns, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync($"CREATE OR REPLACE TABLE {Table} AS {select}", cancellationToken);
        var texts = columns.Where(c => c.Type == ColumnType.Text).Select(c => $"coalesce(strlen({Sql.Name(c.Name)}), 0)").ToList();
        var (rows, bytes) = await session.SingleAsync(
            $"SELECT count(*), coalesce(sum({(texts.Count > 0 ? string.Join(" + ", texts) : "0")}), 0)::DOUBLE FROM {Table}",
            row => (row.GetInt64(0), row.GetDouble(1)), cancellationToken);
        return new(session, columns, rows, (columns.Count * sizeof(double)) + (texts.Count * sizeof(double)) + (bytes / Math.Max(1, rows)));
    }

    /// <summary>
    /// The rows of a range in one statement, each row group's by a scan of its own: the vectors that one hands on end with the group, however the table's own blocks lie.
    /// </summary>
    public static string Select(PartRange range, int rowGroupRows) => string.Join(" UNION ALL ", range.Cut(rowGroupRows).Select(group =>
        string.Create(CultureInfo.InvariantCulture, $"SELECT * FROM {Table} WHERE rowid >= {group.From} AND rowid < {group.To}")));

    public void Dispose()
    {
        using var drop = Session.CreateCommand();
        drop.CommandText = $"DROP TABLE IF EXISTS {Table}";
        drop.ExecuteNonQuery();
    }
}
