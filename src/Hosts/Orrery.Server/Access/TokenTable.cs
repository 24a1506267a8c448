using FluentMigrator;
using LinqToDB.Mapping;
using System.Diagnostics.CodeAnalysis;

namespace Orrery.Server.Access;

/// <summary>API tokens. Only the SHA-256 of a token is kept; the token itself has 256 bits of entropy, so no slower hash is needed.</summary>
[Table("tokens")]
internal sealed class TokenRow
{
    [Column("hash"), PrimaryKey] public string Hash { get; init; } = "";
    [Column("name")] public string Name { get; init; } = "";
    [Column("workspace")] public string Workspace { get; init; } = "";
    [Column("role")] public string Role { get; init; } = "";
    [Column("created_by")] public string CreatedBy { get; init; } = "";
    [Column("created_at")] public long CreatedAt { get; init; }
    [Column("scopes")] public string? Scopes { get; init; }
}

[Migration(13_000_001, "API tokens")]
[SuppressMessage("Performance", "CA1852", Justification = "FluentMigrator makes it by reflection.")]
public sealed class CreateTokens : AutoReversingMigration
{
    public override void Up() => Create.Table("tokens")
        .WithColumn("hash").AsString(64).PrimaryKey()
        .WithColumn("name").AsString(256).NotNullable()
        .WithColumn("workspace").AsString(256).NotNullable()
        .WithColumn("role").AsString(16).NotNullable()
        .WithColumn("created_by").AsString(256).NotNullable()
        .WithColumn("created_at").AsInt64().NotNullable();
}

[Migration(13_000_002, "Scopes of API tokens")]
[SuppressMessage("Performance", "CA1852", Justification = "FluentMigrator makes it by reflection.")]
public sealed class AddTokenScopes : AutoReversingMigration
{
    public override void Up() => Alter.Table("tokens").AddColumn("scopes").AsString(int.MaxValue).Nullable();
}
