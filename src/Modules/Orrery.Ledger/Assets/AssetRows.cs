using System.Text.Json;
using LinqToDB.Mapping;
using Orrery.Kernel;
using Orrery.Ledger.Storage;

namespace Orrery.Ledger.Assets;

[Table("assets")]
internal sealed record AssetRow
{
    [PrimaryKey, Column("id")] public string Id { get; init; } = "";
    [Column("workspace")] public string Workspace { get; init; } = "";
    [Column("kind")] public string Kind { get; init; } = "";
    [Column("name")] public string Name { get; init; } = "";
    [Column("latest_version")] public int LatestVersion { get; init; }
    [Column("created_at")] public long CreatedAt { get; init; }
    [Column("updated_at")] public long UpdatedAt { get; init; }

    public Asset ToAsset(IReadOnlyDictionary<string, int> aliases) => new(
        new(Guid.Parse(Id)), Workspace, AssetKind.Parse(Kind), Name, LatestVersion, aliases, Instant.FromColumn(CreatedAt), Instant.FromColumn(UpdatedAt));
}

[Table("asset_versions")]
internal sealed record VersionRow
{
    [PrimaryKey, Column("id")] public string Id { get; init; } = "";
    [Column("asset_id")] public string AssetId { get; init; } = "";
    [Column("number")] public int Number { get; init; }
    [Column("digest")] public string Digest { get; init; } = "";
    [Column("manifest")] public string Manifest { get; init; } = "";
    [Column("run_id")] public string? RunId { get; init; }
    [Column("created_by")] public string CreatedBy { get; init; } = "";
    [Column("created_at")] public long CreatedAt { get; init; }

    public AssetVersion ToVersion(AssetRow asset, IReadOnlyDictionary<string, string> tags) => new(
        new(Guid.Parse(Id)), new(Guid.Parse(AssetId)), AssetKind.Parse(asset.Kind), asset.Name, Number, Kernel.Digest.Parse(Digest),
        JsonSerializer.Deserialize<JsonElement>(Manifest), tags, RunId is null ? null : new RunId(Guid.Parse(RunId)), CreatedBy, Instant.FromColumn(CreatedAt));
}

[Table("asset_aliases")]
internal sealed record AliasRow
{
    [PrimaryKey(1), Column("asset_id")] public string AssetId { get; init; } = "";
    [PrimaryKey(2), Column("alias")] public string Alias { get; init; } = "";
    [Column("number")] public int Number { get; init; }
}

[Table("version_tags")]
internal sealed record VersionTagRow
{
    [PrimaryKey(1), Column("version_id")] public string VersionId { get; init; } = "";
    [PrimaryKey(2), Column("name")] public string Name { get; init; } = "";
    [Column("value")] public string Value { get; init; } = "";
}
