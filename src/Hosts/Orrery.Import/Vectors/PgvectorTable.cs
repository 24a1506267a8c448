using System.Runtime.CompilerServices;
using System.Text.Json;
using Npgsql;
using Orrery.Kernel;

namespace Orrery.Import.Vectors;

/// <summary>
/// A PostgreSQL table with a column of pgvector's <c>vector</c> or <c>halfvec</c> (https://github.com/pgvector/pgvector). The primary key is the id; every other column becomes a payload field, as
/// <c>to_jsonb</c> writes it. Read in one transaction: the table as it is at one moment.
/// </summary>
public sealed class PgvectorTable : IVectorSource
{
    private readonly NpgsqlDataSource _database;
    private readonly PgvectorOptions _options;

    /// <summary>Reads <paramref name="options"/>' table of the database that <paramref name="connection"/> names: Npgsql's form or a <c>postgresql://</c> address; the password may come from PGPASSWORD.</summary>
    /// <exception cref="InvalidException">It is neither.</exception>
    public PgvectorTable(string connection, PgvectorOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(connection);
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        try
        {
            _database = NpgsqlDataSource.Create(PostgresAddress.Parse(connection));
        }
        catch (ArgumentException error)
        {
            throw new InvalidException($"Expected a connection such as 'Host=localhost;Database=shop;Username=me' or postgresql://me@localhost/shop: {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ImportedCollection> ReadAsync(VectorImportReport report, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        await using var connection = await OpenAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var table = await TableAsync(connection, cancellationToken);
        var (count, dimension, dimensions) = (await QueryAsync(
            connection, $"SELECT count(*), coalesce(max(vector_dims({table.Vector})), 0), count(DISTINCT vector_dims({table.Vector})) FROM {table.Name} WHERE {table.Vector} IS NOT NULL",
            row => (row.GetInt64(0), row.GetInt32(1), row.GetInt64(2)), cancellationToken)).Single();
        if (dimensions != 1)
            throw new InvalidException($"The vectors of {_options.Table} have {(count == 0 ? "no rows" : $"{dimensions} different sizes")}; a collection's vectors have one.");
        report.Leave("row without a vector", (await QueryAsync(connection, $"SELECT count(*) FROM {table.Name} WHERE {table.Vector} IS NULL", row => row.GetInt64(0), cancellationToken)).Single());
        yield return new(_options.Table, ImportedCollection.OneVector(dimension, _options.Distance ?? table.Distance), count, PagesAsync(connection, table, cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _database.OpenConnectionAsync(cancellationToken);
        }
        catch (NpgsqlException error)
        {
            throw new UnavailableException($"The database does not answer: {error.Message}", error);
        }
    }

    private async Task<Table> TableAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var names = await QueryAsync(connection, "SELECT to_regclass($1)::text", row => row.IsDBNull(0) ? null : row.GetString(0), cancellationToken, _options.Table);
        if (names is not [{ } name])
            throw new NotFoundException($"The database has no table '{_options.Table}'. Names with capital letters are written in double quotes.");
        var columns = await QueryAsync(
            connection,
            """
            SELECT a.attname, quote_ident(a.attname), t.typname,
                   EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum)
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """,
            row => new Column(row.GetString(0), row.GetString(1), row.GetString(2), row.GetBoolean(3)), cancellationToken, _options.Table);
        var vector = One(columns.Where(column => column.Type is "vector" or "halfvec").ToList(), _options.Vector, "vectors", "--vector");
        var id = One(_options.Id is null ? columns.Where(column => column.IsKey).ToList() : columns, _options.Id, "ids", "--id");
        return new(name, id, vector, await DistanceAsync(connection, vector.Name, cancellationToken));
    }

    private Column One(List<Column> candidates, string? named, string what, string option)
    {
        if (named is not null)
            return candidates.Find(column => column.Name == named) ?? throw new InvalidException($"{_options.Table} has no column '{named}' of {what}; there are {string.Join(", ", candidates.Select(column => column.Name))}.");
        return candidates.Count == 1 ? candidates[0] : throw new InvalidException($"Which column of {_options.Table} holds the {what}? Name it with {option}.");
    }

    /// <summary>The distance that an index of the column was made for; Cosine where there is none.</summary>
    private async Task<string> DistanceAsync(NpgsqlConnection connection, string vector, CancellationToken cancellationToken)
    {
        var classes = await QueryAsync(
            connection,
            """
            SELECT o.opcname FROM pg_index i JOIN pg_opclass o ON o.oid = ANY (i.indclass) JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
            WHERE i.indrelid = to_regclass($1) AND a.attname = $2 AND o.opcname ~ '^(vector|halfvec)_'
            """,
            row => row.GetString(0), cancellationToken, _options.Table, vector);
        return classes.FirstOrDefault()?.Split('_')[1] switch { "l2" => "Euclid", "ip" => "Dot", "l1" => "Manhattan", _ => "Cosine" };
    }

    private static async IAsyncEnumerable<PointPage> PagesAsync(NpgsqlConnection connection, Table table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT {table.Id}::text, {table.Vector}::real[], (to_jsonb(t) - $1 - $2)::text FROM {table.Name} t WHERE {table.Vector} IS NOT NULL", connection)
        {
            Parameters = { new() { Value = table.Id.Name }, new() { Value = table.Vector.Name } },
            CommandTimeout = 0,
        };
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        using var pages = new PointPages();
        while (await rows.ReadAsync(cancellationToken))
        {
            using var payload = JsonDocument.Parse(rows.GetString(2));
            pages.Add(rows.GetString(0), rows.GetFieldValue<float[]>(1), json =>
            {
                foreach (var member in payload.RootElement.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
                    member.WriteTo(json);
            });
            if (pages.IsFull && pages.Take() is { } full)
                yield return full;
        }

        if (pages.Take() is { } last)
            yield return last;
    }

    private static async Task<List<T>> QueryAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params string[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        try
        {
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            var all = new List<T>();
            while (await rows.ReadAsync(cancellationToken))
                all.Add(read(rows));
            return all;
        }
        catch (PostgresException error)
        {
            throw new InvalidException($"PostgreSQL refused to read: {error.MessageText}", error);
        }
    }

    /// <summary>A column; as text it is its quoted name.</summary>
    private sealed record Column(string Name, string Quoted, string Type, bool IsKey)
    {
        public override string ToString() => Quoted;
    }

    private sealed record Table(string Name, Column Id, Column Vector, string Distance);
}

/// <summary>What of a database is read.</summary>
/// <param name="Table">The table, with its schema where the search path does not hold it.</param>
/// <param name="Id">The column of ids; null: the primary key.</param>
/// <param name="Vector">The column of vectors; null: the only one there is.</param>
/// <param name="Distance">Cosine, Dot, Euclid or Manhattan; null: the one that an index of the column was made for, else Cosine.</param>
public sealed record PgvectorOptions(string Table, string? Id = null, string? Vector = null, string? Distance = null);
