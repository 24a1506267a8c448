using Orrery.Kernel;

namespace Orrery.Ledger.Webhooks;

/// <summary>Something that happened to an asset, as webhooks tell it.</summary>
/// <param name="Type">What: one of <see cref="LedgerEvents"/>.</param>
/// <param name="Kind">The asset's kind.</param>
/// <param name="Name">The asset's name.</param>
public sealed record LedgerEvent(string Type, AssetKind Kind, string Name)
{
    /// <summary>The number of the version that it is about.</summary>
    public int? Version { get; init; }

    /// <summary>The id of that version.</summary>
    public VersionId? VersionId { get; init; }

    /// <summary>The digest of that version.</summary>
    public Digest? Digest { get; init; }

    /// <summary>The alias that moved.</summary>
    public string? Alias { get; init; }

    /// <summary>The number that the alias pointed at before.</summary>
    public int? Before { get; init; }

    /// <summary>The tag's name.</summary>
    public string? Key { get; init; }

    /// <summary>The tag's value, the new name, the stage, or the description.</summary>
    public string? Value { get; init; }

    /// <summary>The tags that it was made with.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>The gate that judged, or at which somebody approved.</summary>
    public string? Gate { get; init; }
}

/// <summary>A <see cref="LedgerEvent"/> with who did it, when and where; what a delivery carries.</summary>
/// <param name="Id">Its id, the same for every webhook that hears of it.</param>
/// <param name="Workspace">Where.</param>
/// <param name="Actor">Who.</param>
/// <param name="Time">When.</param>
/// <param name="Event">What.</param>
public sealed record RecordedEvent(string Id, string Workspace, string Actor, DateTimeOffset Time, LedgerEvent Event);

/// <summary>The types of events. A webhook subscribes to some, or to <see cref="All"/>.</summary>
public static class LedgerEvents
{
    /// <summary>Every event.</summary>
    public const string All = "*";
    /// <summary>An asset was made, before or with its first version.</summary>
    public const string AssetCreated = "asset.created";
    /// <summary>Its description changed.</summary>
    public const string AssetDescribed = "asset.described";
    /// <summary>It has another name.</summary>
    public const string AssetRenamed = "asset.renamed";
    /// <summary>It was deleted.</summary>
    public const string AssetDeleted = "asset.deleted";
    /// <summary>A tag of it was set.</summary>
    public const string AssetTagSet = "asset.tag-set";
    /// <summary>A tag of it was removed.</summary>
    public const string AssetTagDeleted = "asset.tag-deleted";
    /// <summary>A version was added.</summary>
    public const string VersionAdded = "version.added";
    /// <summary>A version's description changed.</summary>
    public const string VersionDescribed = "version.described";
    /// <summary>A version went to another stage.</summary>
    public const string VersionStaged = "version.staged";
    /// <summary>A version was deleted.</summary>
    public const string VersionDeleted = "version.deleted";
    /// <summary>A tag of a version was set.</summary>
    public const string VersionTagSet = "version.tag-set";
    /// <summary>A tag of a version was removed.</summary>
    public const string VersionTagDeleted = "version.tag-deleted";
    /// <summary>A version was signed.</summary>
    public const string VersionSigned = "version.signed";
    /// <summary>A version was offered to another workspace.</summary>
    public const string VersionOffered = "version.offered";
    /// <summary>A version came from another workspace.</summary>
    public const string VersionPromoted = "version.promoted";
    /// <summary>An alias points at a version.</summary>
    public const string AliasSet = "alias.set";
    /// <summary>An alias points at what it pointed at before.</summary>
    public const string AliasRolledBack = "alias.rolled-back";
    /// <summary>An alias is gone.</summary>
    public const string AliasDeleted = "alias.deleted";
    /// <summary>A gate let a version through.</summary>
    public const string GatePassed = "gate.passed";
    /// <summary>A gate did not.</summary>
    public const string GateFailed = "gate.failed";
    /// <summary>Somebody approved a version.</summary>
    public const string GateApproved = "gate.approved";

    /// <summary>All types.</summary>
    public static IReadOnlyList<string> Types { get; } =
    [
        AssetCreated, AssetDescribed, AssetRenamed, AssetDeleted, AssetTagSet, AssetTagDeleted, VersionAdded, VersionDescribed, VersionStaged, VersionDeleted,
        VersionTagSet, VersionTagDeleted, VersionSigned, VersionOffered, VersionPromoted, AliasSet, AliasRolledBack, AliasDeleted, GatePassed, GateFailed, GateApproved,
    ];
}
