using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using DuckDB.NET.Data;
using Orrery.Kernel;
using Orrery.Platform.Analytics;

namespace Orrery.Import.Vectors.Files;

/// <summary>
/// A Parquet file with a column of vectors: the only one that holds lists of floats, or the one named. Ids are taken from the column named, or <c>id</c>, or else are the rows' positions.
/// Every other column becomes a payload field; a text column <c>payload</c> that holds JSON objects is the payload itself, as an export writes it.
/// </summary>
public sealed class ParquetVectors : IVectorSource
{
    private readonly DuckDBConnection _session;
    private readonly string _path;
    private readonly string _rows;
    private readonly ParquetVectorOptions _options;

    /// <summary>Opens the file as a collection of its name.</summary>
    /// <exception cref="InvalidException">There is none.</exception>
    public ParquetVectors(string path, ParquetVectorOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        if (!File.Exists(path))
            throw new InvalidException($"There is no file '{path}'.");
        _path = path;
        _options = options;
        // A path with a * would be a pattern to DuckDB: [*] is the character itself.
        _rows = Sql.Parquet([path.Replace("[", "[[]", StringComparison.Ordinal).Replace("*", "[*]", StringComparison.Ordinal).Replace("?", "[?]", StringComparison.Ordinal)]);
        _session = new AnalyticsEngine(new() { MemoryMiB = 512 }).Open();
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ImportedCollection> ReadAsync(VectorImportReport report, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        var columns = await ColumnsAsync(cancellationToken);
        var vector = Sql.Name(VectorColumn(columns));
        var (count, dimension, dimensions) = await _session.SingleAsync(
            $"SELECT count(*), coalesce(max(len({vector})), 0), count(DISTINCT len({vector})) FROM {_rows} WHERE {vector} IS NOT NULL", row => (row.GetInt64(0), Convert.ToInt32(row.GetValue(1), CultureInfo.InvariantCulture), row.GetInt64(2)), cancellationToken);
        if (dimensions != 1 || dimension == 0)
            throw new InvalidException($"The vectors in '{_path}' have {(count == 0 ? "no rows" : $"{dimensions} different sizes")}; a collection's vectors have one.");
        report.Leave("row without a vector", await _session.SingleAsync($"SELECT count(*) FROM {_rows} WHERE {vector} IS NULL", row => row.GetInt64(0), cancellationToken));
        yield return new(Path.GetFileNameWithoutExtension(_path), ImportedCollection.OneVector(dimension, _options.Distance), count, PagesAsync(columns, dimension, cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private async Task<List<(string Name, string Type)>> ColumnsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _session.QueryAsync($"DESCRIBE SELECT * FROM {_rows}", row => (row.GetString(0), row.GetString(1)), cancellationToken);
        }
        catch (DuckDBException error)
        {
            throw new InvalidException($"'{_path}' is no Parquet file: {error.Message.Split('\n')[0]}", error);
        }
    }

    private string VectorColumn(List<(string Name, string Type)> columns)
    {
        var candidates = columns.Where(column => column.Type.EndsWith(']') && (column.Type.StartsWith("FLOAT[", StringComparison.Ordinal) || column.Type.StartsWith("DOUBLE[", StringComparison.Ordinal))).Select(column => column.Name).ToList();
        if (_options.Vector is { } named)
            return candidates.Contains(named) ? named : throw new InvalidException($"'{_path}' has no column '{named}' of lists of floats; {Known(candidates)}");
        return candidates.Count == 1 ? candidates[0] : throw new InvalidException($"Which column holds the vectors? Name it with --vector: {Known(candidates)}");
    }

    private static string Known(List<string> columns) => columns.Count == 0 ? "there is no column of lists of floats." : $"lists of floats are {string.Join(", ", columns)}.";

    private async IAsyncEnumerable<PointPage> PagesAsync(List<(string Name, string Type)> columns, int dimension, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var vector = VectorColumn(columns);
        var id = _options.Id ?? (columns.Exists(column => column.Name == "id") ? "id" : null);
        if (id is not null && !columns.Exists(column => column.Name == id))
            throw new InvalidException($"'{_path}' has no column '{id}'; there are {string.Join(", ", columns.Select(column => column.Name))}.");
        var isExport = columns.Exists(column => column is { Name: "payload", Type: "VARCHAR" or "JSON" });
        var fields = columns.Where(column => column.Name != vector && column.Name != id && !(isExport && column.Name == "payload")).Select(column => $"{Sql.Name(column.Name)} := {Sql.Name(column.Name)}").ToList();

        await using var command = _session.CreateCommand();
        command.UseStreamingMode = true;
        command.CommandText =
            $"""
             SELECT {(id is null ? "(row_number() OVER () - 1)::VARCHAR" : $"{Sql.Name(id)}::VARCHAR")}, {Sql.Name(vector)}::FLOAT[], {(fields.Count == 0 ? "NULL" : $"to_json(struct_pack({string.Join(", ", fields)}))::VARCHAR")},
                    {(isExport ? "payload::VARCHAR" : "NULL")}
             FROM {_rows} WHERE {Sql.Name(vector)} IS NOT NULL
             """;
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        using var pages = new PointPages();
        var components = new float[dimension];
        while (await rows.ReadAsync(cancellationToken))
        {
            if (rows.IsDBNull(0))
                throw new InvalidException($"A row of '{_path}' has no {id}; every point has an id.");
            rows.GetFieldValue<List<float>>(1).CopyTo(components);
            var (columnsText, payloadText) = (rows.IsDBNull(2) ? null : rows.GetString(2), rows.IsDBNull(3) ? null : rows.GetString(3));
            pages.Add(rows.GetString(0), components, json =>
            {
                Write(columnsText, json);
                Write(payloadText, json);
            });
            if (pages.IsFull && pages.Take() is { } full)
                yield return full;
        }

        if (pages.Take() is { } last)
            yield return last;
    }

    private void Write(string? payload, Utf8JsonWriter json)
    {
        if (payload is null)
            return;
        try
        {
            using var document = JsonDocument.Parse(payload);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new InvalidException($"The payload {payload} in '{_path}' is no JSON object.");
            foreach (var member in document.RootElement.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
                member.WriteTo(json);
        }
        catch (JsonException error)
        {
            throw new InvalidException($"The payload {payload} in '{_path}' is no JSON: {error.Message}", error);
        }
    }
}

/// <summary>How the columns of a Parquet file are taken.</summary>
/// <param name="Distance">By what its vectors are compared: Cosine, Dot, Euclid or Manhattan.</param>
/// <param name="Id">The column of ids; null: <c>id</c> where there is one.</param>
/// <param name="Vector">The column of vectors; null: the only one there is.</param>
public sealed record ParquetVectorOptions(string Distance, string? Id = null, string? Vector = null);
