using System.Collections.Concurrent;
using LinqToDB;
using LinqToDB.Data;
using Microsoft.Data.Sqlite;
using Orrery.Embedded.Folder;

namespace Orrery.Embedded.Relational;

/// <summary>Opens connections to the one database file, and keeps idle readers for the next read.</summary>
internal sealed class SqliteConnections(OwnedFolder folder) : IDisposable
{
    /// <summary>Readers kept open. More than these are opened when needed, and closed.</summary>
    private const int MaxIdleReaders = 16;

    // A reader's cache in KiB (SQLite's own default is 2 MB). What is read again lies in the system's page cache; sixteen readers kept 32 MB of copies of it.
    private const string Reading = "PRAGMA query_only=ON; PRAGMA cache_size=-512;";

    // journal_mode is a property of the file, synchronous one of the connection.
    private const string Writing = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;";

    private readonly ConcurrentBag<DataConnection> _idle = [];
    private volatile bool _closed;
    private readonly Lazy<DataOptions> _options = new(() => SqliteOptions.For(ConnectionText(folder.FilePath("orrery.db"))));

    /// <summary>The connection string, for the migration runner, which opens its own.</summary>
    public string Text { get; } = ConnectionText(folder.FilePath("orrery.db"));

    /// <summary>A connection that writes; commits reach the disk before they return.</summary>
    public DataConnection OpenWriter()
    {
        var connection = Open();
        Execute(Raw(connection), Writing);
        return connection;
    }

    /// <summary>As <see cref="OpenWriter"/>, without linq2db above it; the caller disposes it.</summary>
    public SqliteConnection OpenPlain()
    {
        var connection = new SqliteConnection(Text);
        connection.Open();
        Execute(connection, Writing);
        return connection;
    }

    /// <summary>A connection that cannot write, fresh or idle; give it back with <see cref="Return"/>.</summary>
    public DataConnection Rent()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_idle.TryTake(out var idle))
            return idle;
        var connection = Open();
        Execute(Raw(connection), Reading);
        return connection;
    }

    /// <summary>Keeps a reader for the next read.</summary>
    public void Return(DataConnection connection)
    {
        if (_idle.Count < MaxIdleReaders && !_closed)
            _idle.Add(connection);
        else
            connection.Dispose();
    }

    /// <summary>Runs a statement past linq2db, whose command set-up costs more than BEGIN or SAVEPOINT themselves.</summary>
    public static void Execute(DataConnection connection, string sql) => Execute(Raw(connection), sql);

    /// <summary>Runs statements that return nothing.</summary>
    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>The open SQLite connection below.</summary>
    public static SqliteConnection Raw(DataConnection connection) => (SqliteConnection)connection.OpenDbConnection();

    /// <inheritdoc/>
    public void Dispose()
    {
        _closed = true;
        while (_idle.TryTake(out var connection))
            connection.Dispose();
    }

    private DataConnection Open() => new(_options.Value);

    // Pooling is ours: a connection in Microsoft.Data.Sqlite's pool would keep the file open after the platform is closed.
    // A write that finds the file locked by another process (a backup) waits for "Default Timeout" seconds.
    private static string ConnectionText(string path) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        ForeignKeys = true,
        Pooling = false,
        DefaultTimeout = 30,
    }.ToString();
}
