using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orrery.Cluster;
using Orrery.Embedded;
using Orrery.Kernel;
using Orrery.Platform.Hosting;
using Orrery.Platform.Relational;

namespace Orrery.Tests;

/// <summary>
/// A real PostgreSQL that <c>ORRERY_TEST_POSTGRES</c> names (a connection string of somebody who may make databases; <c>./test</c> starts one). Each test has a
/// database of its own, copied from one that was migrated once for all tests with the same migrations.
/// </summary>
internal static class TestPostgres
{
    public const string Missing = "No PostgreSQL: ORRERY_TEST_POSTGRES names none. './test' starts one where the package postgresql is installed.";

    /// <summary>'ORRT': whoever holds it on the server makes a template.</summary>
    private const string Building = "pg_advisory_lock(1330793044)";

    private static readonly string? Server = Environment.GetEnvironmentVariable("ORRERY_TEST_POSTGRES");

    private static readonly ConcurrentDictionary<string, Lazy<Task>> Templates = new(StringComparer.Ordinal);

    public static bool IsThere => !string.IsNullOrEmpty(Server);

    /// <summary>A new, migrated database; returns its name.</summary>
    public static async Task<string> CreateAsync(IReadOnlyCollection<MigrationSource> sources)
    {
        var template = Template(sources);
        await Templates.GetOrAdd(template, name => new(() => BuildAsync(name, sources))).Value;
        var database = $"test_{Guid.NewGuid():N}";
        await ExecuteAsync($"CREATE DATABASE {database} TEMPLATE {template}");
        return database;
    }

    /// <summary>A new database with nothing in it.</summary>
    public static async Task<string> CreateEmptyAsync(string options = "")
    {
        var database = $"test_{Guid.NewGuid():N}";
        await ExecuteAsync($"CREATE DATABASE {database} TEMPLATE template0 {options}");
        return database;
    }

    /// <summary>Ends whatever is still connected, and removes it.</summary>
    public static void Drop(string database)
    {
        using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Server) { Pooling = false }.ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand($"DROP DATABASE IF EXISTS {database} WITH (FORCE)", connection);
        command.ExecuteNonQuery();
    }

    /// <summary>How the database is reached; <paramref name="change"/> may say it differently.</summary>
    public static string ConnectionString(string database, Action<NpgsqlConnectionStringBuilder>? change = null)
    {
        var connection = new NpgsqlConnectionStringBuilder(Server) { Database = database, MaxPoolSize = 10 };
        change?.Invoke(connection);
        return connection.ConnectionString;
    }

    public static async Task ExecuteAsync(string sql, string? database = null)
    {
        await using var connection = await OpenAsync(database);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>An open connection of the administrator.</summary>
    public static async Task<NpgsqlConnection> OpenAsync(string? database = null)
    {
        var to = new NpgsqlConnectionStringBuilder(Server) { Pooling = false };
        if (database is not null)
            to.Database = database;
        var connection = new NpgsqlConnection(to.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    private static string Template(IReadOnlyCollection<MigrationSource> sources)
    {
        var assemblies = sources.Select(source => source.Assembly).Append(typeof(MigrationSource).Assembly).Append(typeof(PostgresOptions).Assembly).Distinct();
        var digest = Digest.Of(string.Join('\n', assemblies.Select(assembly => $"{assembly.GetName().Name} {assembly.ManifestModule.ModuleVersionId}").Order(StringComparer.Ordinal)));
        return $"template_{digest.ToString()[..24]}";
    }

    // Another test process may be at it: the lock lasts until the connection is closed, and a template has its name only once it is whole.
    private static async Task BuildAsync(string template, IReadOnlyCollection<MigrationSource> sources)
    {
        await using var server = await OpenAsync();
        await using var ready = new NpgsqlCommand($"SELECT {Building}; SELECT count(*) FROM pg_database WHERE datname = '{template}'", server);
        await using (var reader = await ready.ExecuteReaderAsync())
        {
            await reader.NextResultAsync();
            await reader.ReadAsync();
            if (reader.GetInt64(0) > 0)
                return;
        }

        var database = await CreateEmptyAsync();
        using (var folder = new TempFolder())
        {
            var services = new ServiceCollection();
            services.AddEmbeddedPlatform(new DataFolder(folder.Path));
            services.AddPostgres(PostgresOptions.Parse(ConnectionString(database, connection => connection.Pooling = false)));
            foreach (var source in sources)
                services.AddSingleton(source);
            await using var platform = services.BuildServiceProvider();
            await platform.GetRequiredService<IDatabase>().IsNewAsync();
        }

        await ExecuteAsync("DELETE FROM orrery_home", database); // Each copy goes to a folder of its own.
        await ExecuteAsync($"ALTER DATABASE {database} RENAME TO {template}");
    }
}
