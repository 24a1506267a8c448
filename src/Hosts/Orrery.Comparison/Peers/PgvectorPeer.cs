using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Orrery.Kernel;

namespace Orrery.Comparison.Peers;

/// <summary>PostgreSQL with pgvector, in a table of its own with an HNSW index that is built once all rows are there, as pgvector's guide advises.</summary>
internal sealed class PgvectorPeer(string connection, string table) : IVectorPeer
{
    private NpgsqlDataSource _database = NpgsqlDataSource.Create(connection);
    private string _operator = "";
    private string _index = "";

    public async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        var version = await ScalarAsync<string?>("SELECT extversion FROM pg_extension WHERE extname = 'vector'", cancellationToken)
            ?? throw new InvalidException("The database has no extension 'vector': CREATE EXTENSION vector;");
        // "17.2 (Debian …)": who packaged it does not matter.
        return $"pgvector {version} on PostgreSQL {(await ScalarAsync<string>("SHOW server_version", cancellationToken)).Split(' ')[0]}";
    }

    public async Task CreateAsync(int dimension, string distance, ComparisonOptions options, CancellationToken cancellationToken)
    {
        (_operator, var operators) = distance switch { "Cosine" => ("<=>", "vector_cosine_ops"), "Dot" => ("<#>", "vector_ip_ops"), "Euclid" => ("<->", "vector_l2_ops"), _ => ("<+>", "vector_l1_ops") };
        _index = string.Create(CultureInfo.InvariantCulture, $"CREATE INDEX ON {table} USING hnsw (embedding {operators}) WITH (m = {options.M}, ef_construction = {options.EfConstruction})");
        await ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"CREATE TABLE {table} (id bigint PRIMARY KEY, embedding vector({dimension}))"), cancellationToken);
    }

    public async Task AddAsync(long first, IReadOnlyList<float[]> vectors, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand($"INSERT INTO {table} SELECT id, text::vector FROM unnest($1, $2) AS given(id, text)");
        command.Parameters.Add(new() { Value = vectors.Select((_, i) => first + i).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        command.Parameters.Add(new() { Value = vectors.Select(Text).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public Task IndexAsync(CancellationToken cancellationToken) => ExecuteAsync(_index, cancellationToken);

    public async Task<(long Bytes, string Are)?> SizeAsync(CancellationToken cancellationToken) =>
        (await ScalarAsync<long>($"SELECT pg_total_relation_size('{table}')", cancellationToken), "table and indexes on disk");

    /// <remarks>A parameter of the session: connections are made anew with it.</remarks>
    public async Task SetEfAsync(int ef, CancellationToken cancellationToken)
    {
        await _database.DisposeAsync();
        _database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { Options = string.Create(CultureInfo.InvariantCulture, $"-c hnsw.ef_search={ef}") });
    }

    public async Task<IReadOnlyList<long>> SearchAsync(float[] query, int k, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(string.Create(CultureInfo.InvariantCulture, $"SELECT id FROM {table} ORDER BY embedding {_operator} $1::text::vector LIMIT {k}"));
        command.Parameters.Add(new() { Value = Text(query) });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<long>(k);
        while (await rows.ReadAsync(cancellationToken))
            ids.Add(rows.GetInt64(0));
        return ids;
    }

    public async ValueTask DisposeAsync()
    {
        await ExecuteAsync($"DROP TABLE IF EXISTS {table}", CancellationToken.None);
        await _database.DisposeAsync();
    }

    private static string Text(float[] vector) => $"[{string.Join(',', vector.Select(component => component.ToString("R", CultureInfo.InvariantCulture)))}]";

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
