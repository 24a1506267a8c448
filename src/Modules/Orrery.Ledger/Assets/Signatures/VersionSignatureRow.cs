using LinqToDB.Mapping;

namespace Orrery.Ledger.Assets.Signatures;

[Table("version_signatures")]
internal sealed record VersionSignatureRow
{
    [PrimaryKey, Column("version_id")] public string VersionId { get; init; } = "";
    [Column("key_id")] public string KeyId { get; init; } = "";
    [Column("payload")] public string Payload { get; init; } = "";
    [Column("signature")] public string Signature { get; init; } = "";
    [Column("signed_by")] public string SignedBy { get; init; } = "";
    [Column("signed_at")] public long SignedAt { get; init; }
}
