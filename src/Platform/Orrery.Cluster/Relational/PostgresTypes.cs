using System.Data;
using FluentMigrator.Runner.Generators.Base;
using FluentMigrator.Runner.Generators.Postgres;

namespace Orrery.Cluster.Relational;

/// <summary>
/// What a migration's column types are on PostgreSQL. Text sorts and compares by its bytes, as on SQLite, whatever the locale of the database is: orders and
/// page cursors depend on it. Lengths are the modules' to check: they say more than "too long", and a bound that one database keeps and the other does not
/// would be found on a cluster first.
/// </summary>
internal sealed class PostgresTypes : TypeMapBase, IPostgresTypeMap
{
    private const string Text = "text COLLATE \"C\"";

    public PostgresTypes() => SetupTypeMaps();

    protected override void SetupTypeMaps()
    {
        SetTypeMap(DbType.String, Text);
        SetTypeMap(DbType.String, Text, int.MaxValue);
        SetTypeMap(DbType.AnsiString, Text);
        SetTypeMap(DbType.AnsiString, Text, int.MaxValue);
        SetTypeMap(DbType.Binary, "bytea");
        SetTypeMap(DbType.Binary, "bytea", int.MaxValue);
        SetTypeMap(DbType.Boolean, "boolean");
        SetTypeMap(DbType.Int16, "smallint");
        SetTypeMap(DbType.Int32, "integer");
        SetTypeMap(DbType.Int64, "bigint");
        SetTypeMap(DbType.Double, "double precision");
        SetTypeMap(DbType.DateTime, "timestamp"); // FluentMigrator's own table of versions.
    }
}
