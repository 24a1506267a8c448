using System.Globalization;
using DuckDB.NET.Data;
using Orrery.Kernel;
using Orrery.Platform.Analytics;

namespace Orrery.Data.Datasets.Storage;

/// <summary>The rows of a query in a staging file, which is no canonical one; its columns are named by their place.</summary>
internal sealed record StagedRows(string Path, IReadOnlyList<DatasetColumn> Columns);

/// <summary>A finished file of a write and its rows.</summary>
internal sealed record CanonicalPart(string Path, long Rows);

/// <summary>
/// Writes the rows of a query as Parquet files, the parts, whose number and bytes depend on the rows alone.
/// </summary>
/// <remarks>
/// DuckDB cuts row groups at whole vectors, and the vectors that a filter or a parallel scan hands on are only partly full: the same 900,000 rows gave
/// four different files from a filter, a table and two threads. So the rows go through a staging file; from there each part goes into a table that one thread
/// fills and the same thread copies, and several parts at once.
/// <para>
/// A million rows of 24 columns, DuckDB 1.5.6, seconds of processor time: staging takes 0.95 with snappy or LZ4 and 1.05 with no compression but dictionaries (54 to 63 MB), 0.7 with
/// snappy and no dictionaries (100 MB), 0.5 with neither (190 MB, and no slower to read back), which is what is done: the file is gone at once. A native DuckDB file took 1.1.
/// The parts take 0.46 to read and 0.7 to write with ZSTD at its level 3; level 1 saves less than 0.1 and gives 4 % more bytes, for ever.
/// </para>
/// </remarks>
internal sealed class CanonicalParquet(AnalyticsEngine analytics, PartLayout layout)
{
    /// <summary>
    /// Memory of one part's session, in row groups. Two of 200 numbers a row (190 MiB each): 256 MiB were too few, 400 took eight times as long as 1,024 because it
    /// spilled, 512 a third longer.
    /// </summary>
    private const int RowGroupsInMemory = 5;

    /// <summary>Memory of one part's session at least: that of a narrow table is more than its rows.</summary>
    private const long MinWorkerBytes = 128 << 20;

    /// <summary>Checks the query's columns and writes its rows to a staging file, in their order.</summary>
    /// <exception cref="InvalidException">A column's type is none that a dataset has.</exception>
    public static async Task<StagedRows> StageAsync(DuckDBConnection session, string query, ScratchFolder scratch, CancellationToken cancellationToken)
    {
        var staged = new StagedRows(scratch.File("rows.parquet"), await ColumnsAsync(session, query, cancellationToken));
        var casts = string.Join(", ", staged.Columns.Select((c, i) => $"CAST({Sql.Name(c.Name)} AS {ColumnTypes.Sql(c.Type)}) AS {StagedName(i)}"));
        await session.ExecuteAsync(
            $"COPY (SELECT {casts} FROM ({query})) TO {Sql.Text(staged.Path)} (FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1)", cancellationToken);
        return staged;
    }

    /// <summary>Writes staged rows in the canonical form, in order, into files of <paramref name="scratch"/>; at least one.</summary>
    /// <remarks>Where a part fails, the others are stopped and have ended before this throws, so that the folder can be removed.</remarks>
    public async Task<IReadOnlyList<CanonicalPart>> WriteAsync(StagedRows staged, ScratchFolder scratch, CancellationToken cancellationToken)
    {
        var rows = await CountAsync(staged.Path, cancellationToken);
        var ranges = layout.Cut(rows);
        var parts = new CanonicalPart[ranges.Count];
        var workers = Math.Min(analytics.WorkersFor(WorkerBytes(staged, rows)), ranges.Count);
        await Parallel.ForAsync(0, ranges.Count, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellationToken }, async (i, token) =>
        {
            parts[i] = new(scratch.File(string.Create(CultureInfo.InvariantCulture, $"part-{i}.parquet")), ranges[i].Rows);
            using var session = analytics.OpenWorker(workers);
            await WriteAsync(session, staged, ranges[i], parts[i].Path, token);
        });
        return parts;
    }

    private async Task WriteAsync(DuckDBConnection session, StagedRows staged, PartRange range, string path, CancellationToken cancellationToken)
    {
        // The reader leaves out row groups that lie before and behind the wanted rows: a part from the middle of a million rows took 0.1 s.
        var columns = string.Join(", ", staged.Columns.Select((c, i) => $"{StagedName(i)} AS {Sql.Name(c.Name)}"));
        await session.ExecuteAsync(
            string.Create(CultureInfo.InvariantCulture, $"""
                CREATE TEMP TABLE part AS SELECT {columns} FROM read_parquet({Sql.Text(staged.Path)}, file_row_number=true)
                WHERE file_row_number >= {range.From} AND file_row_number < {range.To}
                """),
            cancellationToken);
        await session.ExecuteAsync(
            string.Create(CultureInfo.InvariantCulture, $"COPY part TO {Sql.Text(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {layout.RowGroupRows})"), cancellationToken);
    }

    /// <summary>A staging file holds plain values, so its length tells how wide the rows are in memory.</summary>
    private long WorkerBytes(StagedRows staged, long rows)
    {
        var rowBytes = (double)new FileInfo(staged.Path).Length / Math.Max(1, rows);
        return Math.Max(MinWorkerBytes, (long)(RowGroupsInMemory * rowBytes * Math.Min(rows, layout.RowGroupRows)));
    }

    private async Task<long> CountAsync(string staging, CancellationToken cancellationToken)
    {
        using var session = analytics.OpenWorker(1);
        return await session.SingleAsync($"SELECT num_rows FROM parquet_file_metadata({Sql.Text(staging)})", row => row.GetInt64(0), cancellationToken);
    }

    /// <summary>Not the column's own name, which may be <c>file_row_number</c>.</summary>
    private static string StagedName(int column) => string.Create(CultureInfo.InvariantCulture, $"c{column}");

    private static async Task<IReadOnlyList<DatasetColumn>> ColumnsAsync(DuckDBConnection session, string query, CancellationToken cancellationToken)
    {
        var described = await session.QueryAsync($"DESCRIBE {query}", row => (Name: row.GetString(0), Type: row.GetString(1)), cancellationToken);
        return [.. described.Select(c => ColumnTypes.Of(c.Type) is (var type, TypeFit.Lossless)
            ? new DatasetColumn(c.Name, type)
            : throw new InvalidException(
                $"Column '{c.Name}' has the type {c.Type}, which a dataset cannot hold without loss; cast it to BOOLEAN, BIGINT, DOUBLE, VARCHAR or TIMESTAMP."))];
    }
}
