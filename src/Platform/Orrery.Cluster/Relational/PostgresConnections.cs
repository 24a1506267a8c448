using LinqToDB;
using LinqToDB.Data;
using LinqToDB.DataProvider.PostgreSQL;
using Npgsql;

namespace Orrery.Cluster.Relational;

/// <summary>Opens connections to the database. Npgsql pools them.</summary>
internal sealed class PostgresConnections(PostgresOptions options) : IAsyncDisposable
{
    private readonly Lazy<NpgsqlDataSource> _source = new(() => NpgsqlDataSource.Create(options.Connection));
    private readonly Lazy<NpgsqlDataSource> _alone = new(() => NpgsqlDataSource.Create(Alone(options)));
    private Lazy<DataOptions>? _linq;

    /// <summary>Where they lead to, for messages.</summary>
    public string Place => options.Place;

    /// <summary>With the password, for the migration runner, which opens its own.</summary>
    public string Text => Alone(options).ConnectionString;

    /// <summary>For commands that take one statement; a connection of the pool runs each.</summary>
    public NpgsqlDataSource Source => _source.Value;

    /// <summary>A connection that is opened at its first use; whoever disposes it gives it back.</summary>
    public DataConnection Rent() => new(Options.Value);

    /// <summary>An open connection outside the pool: it is closed when it is disposed, so nothing that was set in it reaches anybody else.</summary>
    public NpgsqlConnection OpenAlone() => _alone.Value.OpenConnection();

    /// <inheritdoc cref="OpenAlone"/>
    public ValueTask<NpgsqlConnection> OpenAloneAsync(CancellationToken cancellationToken) => _alone.Value.OpenConnectionAsync(cancellationToken);

    /// <summary>The open connection below.</summary>
    public static NpgsqlConnection Raw(DataConnection connection) => (NpgsqlConnection)connection.OpenDbConnection();

    /// <summary>Runs statements past linq2db and returns the last value that they select. Several statements take one round trip.</summary>
    public static object? Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        using var reader = command.ExecuteReader();
        object? last = null;
        do
        {
            while (reader.Read())
                last = reader.GetValue(0);
        }
        while (reader.NextResult());
        return last;
    }

    /// <summary>Runs one statement, which is its own transaction, on a connection of the pool; what the database refuses is translated.</summary>
    public async Task<T> RunAsync<T>(
        string sql, Func<NpgsqlCommand, CancellationToken, Task<T>> run, string what, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = Source.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        try
        {
            return await run(command, cancellationToken);
        }
        catch (Exception error) when (PostgresErrors.Translate(error, what) is { } refusal && refusal != error)
        {
            throw refusal;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_source.IsValueCreated)
            await _source.Value.DisposeAsync();
        if (_alone.IsValueCreated)
            await _alone.Value.DisposeAsync();
    }

    // v13: the newest dialect of linq2db that every version speaks which is let in.
    private Lazy<DataOptions> Options => LazyInitializer.EnsureInitialized(ref _linq, () => new(() =>
    {
        // As parameters, as on SQLite: in a statement's text a double may lose its last bits.
        var linq = new DataOptions().UseConnectionFactory(PostgreSQLTools.GetDataProvider(PostgreSQLVersion.v13), _ => Source.CreateConnection()).UseBulkCopyUseParameters(true);
        new DataConnection(linq).Dispose(); // Saves in the options what it found; one thread does that.
        return linq;
    }));

    // Waiting for another process's migration, or for a migration of much data, takes as long as it takes.
    private static NpgsqlConnectionStringBuilder Alone(PostgresOptions options) =>
        new(options.Connection.ConnectionString) { Pooling = false, PersistSecurityInfo = true, CommandTimeout = 0 };
}
