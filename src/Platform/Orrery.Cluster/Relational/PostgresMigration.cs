using FluentMigrator.Runner;
using FluentMigrator.Runner.Generators.Postgres;
using FluentMigrator.Runner.Initialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orrery.Kernel;
using Orrery.Platform.Relational;

namespace Orrery.Cluster.Relational;

/// <summary>
/// Brings the database to the schema of this build: one process at a time, all or nothing. As on SQLite, the fingerprint of the build that migrated last is
/// compared first.
/// </summary>
internal sealed partial class PostgresMigration(
    PostgresConnections connections, PostgresOptions options, KnownMigrations known, DatabaseHome home, ILogger<PostgresMigration> logger)
{
    private const string FingerprintTable = "public.orrery_schema";

    /// <summary>Applies what is missing, and says whether there was nothing before.</summary>
    /// <exception cref="UnavailableException">The server cannot be reached.</exception>
    /// <exception cref="PreconditionFailedException">It is too old, lets nobody in, or its database has migrations that this build does not know.</exception>
    public bool Apply()
    {
        try
        {
            using var connection = connections.OpenAlone();
            PostgresVersion.Check(connection.PostgreSqlVersion, options.Place);
            var isNew = Apply(connection);
            home.Claim(connection);
            return isNew;
        }
        catch (Exception error) when (PostgresErrors.TranslateOpening(error, options) is { } refusal && refusal != error)
        {
            throw refusal;
        }
    }

    private bool Apply(NpgsqlConnection connection)
    {
        var fingerprint = known.Fingerprint();
        if (IsCurrent(connection, fingerprint))
            return false;
        PostgresConnections.Execute(connection, $"SELECT {AdvisoryLock.Migrate}"); // Until the connection is closed.
        if (IsCurrent(connection, fingerprint))
            return false; // Another process did it while this one waited.
        RefuseOtherEncodings(connection);
        var versions = known.Versions();
        var applied = Applied(connection);
        KnownMigrations.RefuseNewer(applied, versions);
        var missing = versions.Except(applied).Count();
        if (missing > 0)
        {
            Migrating(missing, options.Place);
            Migrate();
        }

        Remember(connection, fingerprint);
        return applied.Count == 0;
    }

    private static bool IsCurrent(NpgsqlConnection connection, string fingerprint) =>
        Has(connection, FingerprintTable) && PostgresConnections.Execute(connection, $"SELECT fingerprint FROM {FingerprintTable}") is string found && found == fingerprint;

    private static bool Has(NpgsqlConnection connection, string table) => PostgresConnections.Execute(connection, $"SELECT to_regclass('{table}') IS NOT NULL") is true;

    private static HashSet<long> Applied(NpgsqlConnection connection)
    {
        var applied = new HashSet<long>();
        if (!Has(connection, "public.\"VersionInfo\""))
            return applied;
        using var command = new NpgsqlCommand("SELECT \"Version\" FROM public.\"VersionInfo\"", connection);
        using var reader = command.ExecuteReader();
        while (reader.Read())
            applied.Add(reader.GetInt64(0));
        return applied;
    }

    // Names and payload are any Unicode.
    private void RefuseOtherEncodings(NpgsqlConnection connection)
    {
        if (PostgresConnections.Execute(connection, "SHOW server_encoding") is string encoding && encoding != "UTF8")
            throw new PreconditionFailedException($"The database {options.Place} has the encoding {encoding}; UTF8 is needed. Make another: createdb --encoding UTF8 --template template0 …");
    }

    private static void Remember(NpgsqlConnection connection, string fingerprint)
    {
        PostgresConnections.Execute(connection, $"CREATE TABLE IF NOT EXISTS {FingerprintTable} (id integer PRIMARY KEY CHECK (id = 1), fingerprint text NOT NULL)");
        using var command = new NpgsqlCommand($"INSERT INTO {FingerprintTable} VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint", connection);
        command.Parameters.Add(Parameter.Of(fingerprint));
        command.ExecuteNonQuery();
    }

    private void Migrate()
    {
        var services = new ServiceCollection().AddFluentMigratorCore();
        services.AddScoped<IPostgresTypeMap, PostgresTypes>(); // Before AddPostgres, which keeps the one that is there.
        using var provider = services
            .ConfigureRunner(runner => runner.AddPostgres11_0().WithGlobalConnectionString(connections.Text).ScanIn(known.Assemblies).For.Migrations())
            .Configure<RunnerOptions>(runner => runner.TransactionPerSession = true) // All or nothing: a killed start begins again.
            .BuildServiceProvider(validateScopes: false);
        using var scope = provider.CreateScope();
        scope.ServiceProvider.GetRequiredService<IMigrationRunner>().MigrateUp();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Applying {Count} schema changes to the database {Place}")]
    private partial void Migrating(int count, string place);
}
