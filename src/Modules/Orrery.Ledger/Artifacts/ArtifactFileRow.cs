using LinqToDB.Mapping;

namespace Orrery.Ledger.Artifacts;

[Table("artifact_files")]
internal sealed record ArtifactFileRow
{
    [PrimaryKey(1), Column("workspace")] public string Workspace { get; init; } = "";
    [PrimaryKey(2), Column("path")] public string Path { get; init; } = "";
    [Column("digest")] public string Digest { get; init; } = "";
    [Column("length")] public long Length { get; init; }
    [Column("media_type")] public string MediaType { get; init; } = "";
    [Column("created_at")] public long CreatedAt { get; init; }
}
