using LinqToDB.Mapping;
using Orrery.Ledger.Storage;

namespace Orrery.Ledger.Evaluation;

/// <summary>A record as it was from one version until, if it changed, another. A change is a row of its own, so that every version's records stay.</summary>
[Table("evaluation_records")]
internal sealed record EvaluationRecordRow
{
    [PrimaryKey, Identity, Column("key")] public long Key { get; init; }
    [Column("asset_id")] public string AssetId { get; init; } = "";
    [Column("id")] public string Id { get; init; } = "";

    /// <summary>The SHA-256 of the inputs in canonical JSON, by which records are the same.</summary>
    [Column("inputs_digest")] public string InputsDigest { get; init; } = "";

    /// <summary>The SHA-256 of the whole.</summary>
    [Column("digest")] public string Digest { get; init; } = "";
    [Column("since_version")] public int Since { get; init; }

    /// <summary>The first version that it is not in any more; null while it is in the newest.</summary>
    [Column("until_version")] public int? Until { get; init; }
    [Column("inputs")] public string Inputs { get; init; } = "";
    [Column("outputs")] public string? Outputs { get; init; }
    [Column("expectations")] public string? Expectations { get; init; }
    [Column("tags")] public string? Tags { get; init; }
    [Column("source")] public string? Source { get; init; }
    [Column("created_by")] public string CreatedBy { get; init; } = "";
    [Column("created_at")] public long CreatedAt { get; init; }
    [Column("updated_by")] public string UpdatedBy { get; init; } = "";
    [Column("updated_at")] public long UpdatedAt { get; init; }

    public EvaluationRecord ToRecord() =>
        new(Id, Inputs, Outputs, Expectations, Tags, Source, CreatedBy, Instant.FromColumn(CreatedAt), UpdatedBy, Instant.FromColumn(UpdatedAt));
}

[Table("evaluation_folders")]
internal sealed record EvaluationFolderRow
{
    [PrimaryKey(1), Column("folder_key")] public long FolderKey { get; init; }
    [PrimaryKey(2), Column("asset_id")] public string AssetId { get; init; } = "";
}

/// <summary>What a version of an evaluation dataset is.</summary>
/// <param name="Records">How many records it has.</param>
/// <param name="Content">The SHA-256 over the digests of its records, in their order.</param>
/// <param name="Schema">Which fields its records have, as JSON; null where there are none.</param>
internal sealed record EvaluationManifest(int Records, string Content, string? Schema);
