using LinqToDB.Mapping;

namespace Orrery.Ledger.Assets.Promotion;

[Table("version_offers")]
internal sealed record VersionOfferRow
{
    [PrimaryKey(1), Column("version_id")] public string VersionId { get; init; } = "";

    /// <summary>The workspace that may take it.</summary>
    [PrimaryKey(2), Column("workspace")] public string Workspace { get; init; } = "";

    [Column("offered_by")] public string OfferedBy { get; init; } = "";
    [Column("offered_at")] public long OfferedAt { get; init; }
}
