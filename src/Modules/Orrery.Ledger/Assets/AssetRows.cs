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

    /// <summary>The highest number that a version of it ever had: numbers of deleted versions are not given again.</summary>
    [Column("last_number")] public int LastNumber { get; init; }

    [Column("description")] public string Description { get; init; } = "";
    [Column("created_at")] public long CreatedAt { get; init; }
    [Column("updated_at")] public long UpdatedAt { get; init; }

    /// <summary>0 while it is there: part of the unique name, so that another may take the name of one that is gone.</summary>
    [Column("deleted_at")] public long DeletedAt { get; init; }

    public Asset ToAsset(IEnumerable<AliasRow> aliases, IEnumerable<AssetTagRow> tags) => new(
        new(Guid.Parse(Id)), Workspace, AssetKind.Parse(Kind), Name, LatestVersion, aliases.ToDictionary(alias => alias.Alias, alias => alias.Number),
        Instant.FromColumn(CreatedAt), Instant.FromColumn(UpdatedAt))
    {
        Description = Description,
        Tags = tags.ToDictionary(tag => tag.Name, tag => tag.Value),
    };
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
    [Column("description")] public string Description { get; init; } = "";
    [Column("updated_at")] public long UpdatedAt { get; init; }
    [Column("stage")] public string? Stage { get; init; }
    [Column("source")] public string? Source { get; init; }
    [Column("source_run")] public string? SourceRun { get; init; }
    [Column("origin_id")] public string? OriginId { get; init; }
    [Column("deleted_at")] public long? DeletedAt { get; init; }

    public AssetVersion ToVersion(AssetRow asset, IReadOnlyDictionary<string, string> tags, IReadOnlyList<string> aliases) => new(
        new(Guid.Parse(Id)), new(Guid.Parse(AssetId)), AssetKind.Parse(asset.Kind), asset.Name, Number, Kernel.Digest.Parse(Digest),
        JsonSerializer.Deserialize<JsonElement>(Manifest), tags, RunId is null ? null : new RunId(Guid.Parse(RunId)), CreatedBy, Instant.FromColumn(CreatedAt))
    {
        Description = Description,
        Aliases = aliases,
        UpdatedAt = Instant.FromColumn(UpdatedAt),
        Stage = StageWords.Stage(Stage),
        Source = Source,
        SourceRun = SourceRun,
        Origin = OriginId is null ? null : new VersionId(Guid.Parse(OriginId)),
        DeletedAt = (DeletedAt ?? (asset.DeletedAt == 0 ? null : asset.DeletedAt)) is { } deleted ? Instant.FromColumn(deleted) : null,
    };
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

[Table("asset_tags")]
internal sealed record AssetTagRow
{
    [PrimaryKey(1), Column("asset_id")] public string AssetId { get; init; } = "";
    [PrimaryKey(2), Column("name")] public string Name { get; init; } = "";
    [Column("value")] public string Value { get; init; } = "";
}

/// <summary>How stages are kept; words of their own, so that renaming the enum's members cannot change what is stored. None is null.</summary>
internal static class StageWords
{
    public static string? Word(VersionStage stage) => stage switch
    {
        VersionStage.None => null,
        VersionStage.Staging => "staging",
        VersionStage.Production => "production",
        VersionStage.Archived => "archived",
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "No such stage."),
    };

    public static VersionStage Stage(string? word) => word switch
    {
        null => VersionStage.None,
        "staging" => VersionStage.Staging,
        "production" => VersionStage.Production,
        "archived" => VersionStage.Archived,
        _ => throw new OrreryException(ErrorCode.Internal, $"The version table has a stage '{word}'."),
    };
}
