using LinqToDB.Data;
using Npgsql;
using Orrery.Platform.GroupCommit;
using Orrery.Platform.Relational;

namespace Orrery.Cluster.Relational;

/// <summary>
/// PostgreSQL. Reads run beside each other and beside the writer, each on a snapshot of its own; writes queue and share commits, one transaction at a time
/// among all processes on the database.
/// </summary>
/// <remarks>The first use applies the migrations; everything else waits for that.</remarks>
internal sealed class PostgresDatabase : IDatabase, IAsyncDisposable
{
    private const string Snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    private readonly PostgresConnections _connections;
    private readonly PostgresWriter _writer;
    private readonly GroupCommitter<DatabaseWrite> _writes;
    private readonly Lazy<Task<bool>> _migrated;

    public PostgresDatabase(PostgresConnections connections, PostgresMigration migration)
    {
        _connections = connections;
        _writer = new(connections);
        _writes = new("database", _writer.CommitGroup, PostgresWriter.MaxGroup);
        _migrated = new(() => Task.Run(migration.Apply));
    }

    /// <inheritdoc/>
    public Task<bool> IsNewAsync(CancellationToken cancellationToken = default) => _migrated.Value.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task PingAsync(CancellationToken cancellationToken = default)
    {
        await _migrated.Value.WaitAsync(cancellationToken);
        await using var command = _connections.Source.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<T> ReadAsync<T>(Func<DataConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken = default)
    {
        await _migrated.Value.WaitAsync(cancellationToken);
        try
        {
            await using var connection = _connections.Rent();
            var raw = await OpenAsync(connection, cancellationToken);
            // Given back open, Npgsql would roll it back; where the delegate throws that is what is wanted.
            await using var begin = new NpgsqlCommand(Snapshot, raw);
            await begin.ExecuteNonQueryAsync(cancellationToken);
            var result = await read(connection, cancellationToken);
            await using var commit = new NpgsqlCommand("COMMIT", raw);
            await commit.ExecuteNonQueryAsync(CancellationToken.None);
            return result;
        }
        catch (Exception error) when (PostgresErrors.Translate(error, "The read") is { } refusal && refusal != error)
        {
            throw refusal;
        }
    }

    /// <inheritdoc/>
    public async Task<T> WriteAsync<T>(Func<DataConnection, T> write, CancellationToken cancellationToken = default)
    {
        await _migrated.Value.WaitAsync(cancellationToken);
        var pending = new DatabaseWrite<T>(write);
        return (T)(await _writes.CommitAsync(pending, pending.Settled, cancellationToken))!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        _writer.Dispose();
    }

    private static async Task<NpgsqlConnection> OpenAsync(DataConnection connection, CancellationToken cancellationToken) =>
        (NpgsqlConnection)await connection.OpenDbConnectionAsync(cancellationToken);
}
