using FluentMigrator.Runner;
using FluentMigrator.Runner.Initialization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orrery.Kernel;
using Orrery.Platform.Relational;

namespace Orrery.Embedded.Relational;

/// <summary>
/// Brings the database to the schema of this build. A pass of FluentMigrator costs 0.3 s even where there is nothing to do, so the
/// fingerprint of the build that migrated last is kept in the database and compared first.
/// </summary>
internal sealed partial class SchemaMigration(
    SqliteConnections connections, KnownMigrations known, IEnumerable<SchemaSnapshot> snapshots, ILogger<SchemaMigration> logger)
{
    private const string FingerprintTable = "orrery_schema";

    private readonly SchemaSnapshot? _snapshot = snapshots.FirstOrDefault();

    /// <summary>Applies what is missing, and says whether there was nothing before.</summary>
    /// <exception cref="PreconditionFailedException">The database has migrations that this build does not know.</exception>
    public bool Apply()
    {
        // Past linq2db: its first query costs 100 ms of JIT, which a start that only compares a fingerprint need not pay.
        using var connection = connections.OpenPlain();
        var fingerprint = known.Fingerprint();
        if (Has(connection, FingerprintTable) && Read(connection, $"SELECT fingerprint FROM {FingerprintTable}") is [string found] && found == fingerprint)
            return false;
        var versions = known.Versions();
        var applied = Applied(connection);
        KnownMigrations.RefuseNewer(applied, versions);
        var missing = versions.Except(applied).Count();
        if (missing > 0 && !TakeSnapshot(connection, versions))
        {
            Migrating(missing);
            Migrate();
        }

        Remember(connection, fingerprint);
        return applied.Count == 0;
    }

    // Only where there is nothing yet, and all or nothing.
    private bool TakeSnapshot(SqliteConnection connection, IReadOnlyList<long> versions)
    {
        if (_snapshot is null || Read(connection, "SELECT 1 FROM sqlite_master").Count > 0)
            return false;
        using var transaction = connection.BeginTransaction();
        SqliteConnections.Execute(connection, _snapshot.Script);
        if (!Applied(connection).SetEquals(versions))
            return false;
        transaction.Commit();
        return true;
    }

    private static HashSet<long> Applied(SqliteConnection connection) =>
        Has(connection, "VersionInfo") ? [.. Read(connection, "SELECT Version FROM VersionInfo").Cast<long>()] : [];

    private static bool Has(SqliteConnection connection, string table) =>
        Read(connection, $"SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '{table}'").Count > 0;

    private static List<object> Read(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var values = new List<object>();
        while (reader.Read())
            values.Add(reader.GetValue(0));
        return values;
    }

    private static void Remember(SqliteConnection connection, string fingerprint)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            CREATE TABLE IF NOT EXISTS {FingerprintTable} (id INTEGER PRIMARY KEY CHECK (id = 1), fingerprint TEXT NOT NULL);
            INSERT INTO {FingerprintTable} VALUES (1, @fingerprint) ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint;
            """;
        command.Parameters.AddWithValue("@fingerprint", fingerprint);
        command.ExecuteNonQuery();
    }

    private void Migrate()
    {
        using var services = new ServiceCollection()
            .AddFluentMigratorCore()
            .ConfigureRunner(runner => runner.AddSQLite().WithGlobalConnectionString(connections.Text).ScanIn(known.Assemblies).For.Migrations())
            .Configure<RunnerOptions>(options => options.TransactionPerSession = true) // All or nothing: a killed start begins again.
            .BuildServiceProvider(validateScopes: false);
        using var scope = services.CreateScope();
        scope.ServiceProvider.GetRequiredService<IMigrationRunner>().MigrateUp();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Applying {Count} schema changes to the database")]
    private partial void Migrating(int count);
}
