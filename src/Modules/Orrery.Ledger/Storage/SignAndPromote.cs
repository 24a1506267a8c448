using FluentMigrator;

namespace Orrery.Ledger.Storage;

/// <summary>Signatures of versions, and which workspaces may take copies of them.</summary>
[Migration(1_000_009, "Ledger: signatures, promotion")]
public sealed class SignAndPromote : ForwardOnlyMigration
{
    private const int Id = 32;
    private const int Name = 256;

    /// <inheritdoc/>
    public override void Up()
    {
        Create.Table("version_signatures")
            .WithColumn("version_id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("key_id").AsString(64).NotNullable()
            .WithColumn("payload").AsString(int.MaxValue).NotNullable()
            .WithColumn("signature").AsString(256).NotNullable()
            .WithColumn("signed_by").AsString(Name).NotNullable()
            .WithColumn("signed_at").AsInt64().NotNullable();
        Create.Table("version_offers")
            .WithColumn("version_id").AsString(Id).NotNullable().PrimaryKey()
            .WithColumn("workspace").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("offered_by").AsString(Name).NotNullable()
            .WithColumn("offered_at").AsInt64().NotNullable();
        Create.Index("ix_version_offers_workspace").OnTable("version_offers").OnColumn("workspace").Ascending().OnColumn("offered_at").Descending();
    }
}
