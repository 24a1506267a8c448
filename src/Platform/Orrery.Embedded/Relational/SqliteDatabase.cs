using LinqToDB.Data;
using Orrery.Platform.GroupCommit;
using Orrery.Platform.Relational;

namespace Orrery.Embedded.Relational;

/// <summary>
/// SQLite in WAL mode: readers never wait for the writer, nor it for them. There is one writer, so writes queue for it and share commits.
/// </summary>
/// <remarks>The first use applies the migrations; everything else waits for that.</remarks>
internal sealed class SqliteDatabase : IDatabase, IAsyncDisposable
{
    private readonly SqliteConnections _connections;
    private readonly SqliteWriter _writer;
    private readonly GroupCommitter<DatabaseWrite> _writes;
    private readonly Lazy<Task<bool>> _migrated;

    public SqliteDatabase(SqliteConnections connections, SchemaMigration migration)
    {
        _connections = connections;
        _writer = new(connections);
        _writes = new("database", _writer.Commit);
        _migrated = new(() => Task.Run(migration.Apply));
    }

    /// <inheritdoc/>
    public Task<bool> IsNewAsync(CancellationToken cancellationToken = default) => _migrated.Value.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task PingAsync(CancellationToken cancellationToken = default)
    {
        await _migrated.Value.WaitAsync(cancellationToken);
        using var connection = _connections.OpenPlain();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sqlite_master";
        command.ExecuteScalar();
    }

    /// <inheritdoc/>
    public async Task<T> ReadAsync<T>(Func<DataConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken = default)
    {
        await _migrated.Value.WaitAsync(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var connection = _connections.Rent();
        try
        {
            // One deferred transaction: all statements of the delegate see the snapshot of the first.
            SqliteConnections.Execute(connection, "BEGIN");
            var result = await read(connection, cancellationToken);
            SqliteConnections.Execute(connection, "COMMIT");
            _connections.Return(connection);
            return result;
        }
        catch
        {
            await connection.DisposeAsync(); // Its state is unknown: a reader may still be open.
            throw;
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
        _connections.Dispose();
    }
}
