using System.Globalization;
using DuckDB.NET.Data;
using Microsoft.Extensions.Options;
using Orrery.Data.Reading;
using Orrery.Data.Sources;
using Orrery.Kernel;
using Orrery.Platform.Analytics;

namespace Orrery.Data.Ingestion;

/// <summary>Brings a file's records into a session: those that can be read into <see cref="StagedBatch.Raw"/>, the others into the quarantine.</summary>
internal sealed class BatchLoader(IOptions<DataOptions> options)
{
    /// <summary>Between two reports of progress, and as seldom that they cost nothing.</summary>
    private const int RecordsPerReport = 1 << 15;

    public async Task<(StagedBatch Batch, long Records)> LoadAsync(
        DuckDBConnection session, string path, SourceSpec spec, IProgress<IngestProgress>? progress, CancellationToken cancellationToken)
    {
        var format = SourceFormats.Detect(path, spec.Format);
        if (format == SourceFormat.Parquet)
            return await LoadParquetAsync(session, path, cancellationToken);
        return await Task.Run(() => LoadText(session, path, format, spec, progress, cancellationToken), cancellationToken);
    }

    private static async Task<(StagedBatch Batch, long Records)> LoadParquetAsync(DuckDBConnection session, string path, CancellationToken cancellationToken)
    {
        try
        {
            var file = $"read_parquet({Sql.Text(path)}, file_row_number=true)";
            var described = await session.QueryAsync($"DESCRIBE FROM {file}", row => (Name: row.GetString(0), Type: row.GetString(1)), cancellationToken);
            var columns = described.SkipLast(1).Select((c, i) => new StagedColumn(c.Name, c.Type, Name(i))).ToList();
            var select = string.Concat(columns.Select(c => $", {Sql.Name(c.Name)} AS {c.Sql}"));
            await session.ExecuteAsync(
                $"CREATE TEMP VIEW {StagedBatch.Raw} AS SELECT file_row_number + 1 AS {StagedBatch.Row}, CAST(NULL AS BIGINT) AS {StagedBatch.Line}{select} FROM {file}", cancellationToken);
            var records = await session.SingleAsync($"SELECT count(*) FROM {StagedBatch.Raw}", row => row.GetInt64(0), cancellationToken);
            return (new(session, columns), records);
        }
        catch (DuckDBException error)
        {
            throw new InvalidException($"The file cannot be read as Parquet. {SourceFormats.FirstLine(error)}", error);
        }
    }

    private (StagedBatch Batch, long Records) LoadText(
        DuckDBConnection session, string path, SourceFormat format, SourceSpec spec, IProgress<IngestProgress>? progress, CancellationToken cancellationToken)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        SourceFormats.SkipMark(stream);
        var reader = Open(stream, format, spec, cancellationToken);
        using var disposable = reader as IDisposable;
        var columns = reader.Columns.Select((name, i) => new StagedColumn(name, "VARCHAR", Name(i))).ToList();
        using (var command = session.CreateCommand())
        {
            command.CommandText = $"CREATE TEMP TABLE {StagedBatch.Raw} ({StagedBatch.Row} BIGINT, {StagedBatch.Line} BIGINT{string.Concat(columns.Select(c => $", {c.Sql} VARCHAR"))})";
            command.ExecuteNonQuery();
        }

        Append(session, reader, bytes => progress?.Report(new(bytes(), stream.Length)), () => stream.Position);
        return (new(session, columns), reader.Row);
    }

    private RecordReader Open(Stream stream, SourceFormat format, SourceSpec spec, CancellationToken cancellationToken) => format switch
    {
        SourceFormat.Jsonl => JsonLinesReader.Open(stream, options.Value, cancellationToken),
        SourceFormat.Json => JsonArrayReader.Open(stream, options.Value, cancellationToken),
        _ => new CsvReader(stream, spec.Csv ?? new(), spec.Columns?.Select(c => c.Value.From ?? c.Key).ToList(), options.Value, cancellationToken),
    };

    private static void Append(DuckDBConnection session, RecordReader reader, Action<Func<long>> report, Func<long> position)
    {
        using var rows = session.CreateAppender(StagedBatch.Raw);
        using var defects = session.CreateAppender(Quarantine.Table);
        while (reader.Read())
        {
            if (reader.Defect is { } defect)
                AppendDefect(defects, reader, defect);
            else
                AppendRecord(rows, reader);
            if (reader.Row % RecordsPerReport == 0)
                report(position);
        }

        report(position);
    }

    private static void AppendRecord(DuckDBAppender rows, RecordReader reader)
    {
        var row = rows.CreateRow().AppendValue(reader.Row).AppendValue(reader.Line);
        for (var i = 0; i < reader.Columns.Count; i++)
            row.AppendValue(reader.Value(i));
        row.EndRow();
    }

    private static void AppendDefect(DuckDBAppender defects, RecordReader reader, RecordDefect defect)
    {
        string? none = null;
        int? noRule = null;
        defects.CreateRow().AppendValue(reader.Row).AppendValue(reader.Line).AppendValue(none).AppendValue(none)
            .AppendValue(Quarantine.Word(defect.Reason)).AppendValue(defect.Detail).AppendValue(reader.Raw).AppendValue(noRule).EndRow();
    }

    private static string Name(int column) => string.Create(CultureInfo.InvariantCulture, $"c{column}");
}
