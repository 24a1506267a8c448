using System.Text.Json;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Assets;

/// <summary>A named thing of one kind in a workspace.</summary>
/// <param name="Id">What it is called for ever.</param>
/// <param name="Workspace">Where it lives.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name, unique among its kind in the workspace.</param>
/// <param name="LatestVersion">The number of its newest version that is not deleted; 0 where it has none.</param>
/// <param name="Aliases">The version number that each alias points at.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When a version last came or went, an alias moved, or its name or description changed.</param>
public sealed record Asset(
    AssetId Id, string Workspace, AssetKind Kind, string Name, int LatestVersion, IReadOnlyDictionary<string, int> Aliases,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>What it is for, in its owner's words; may change.</summary>
    public string Description { get; init; } = "";

    /// <summary>Free labels of the asset as a whole, which may change.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}

/// <summary>
/// An immutable version of an asset. What it is stands in <see cref="Manifest"/>: a resource's spec, or a description of content that
/// names each blob by digest, so that <see cref="Digest"/>, the SHA-256 of the manifest in canonical JSON, fixes all bytes of the version.
/// </summary>
/// <param name="Id">What it is called for ever.</param>
/// <param name="AssetId">The asset.</param>
/// <param name="Kind">The asset's kind.</param>
/// <param name="Name">The asset's name.</param>
/// <param name="Number">1, 2, 3 … within the asset.</param>
/// <param name="Digest">SHA-256 of the canonical manifest.</param>
/// <param name="Manifest">What the version is.</param>
/// <param name="Tags">Free labels, which may change.</param>
/// <param name="Run">The run that wrote it, where one did.</param>
/// <param name="CreatedBy">Who wrote it.</param>
/// <param name="CreatedAt">When.</param>
public sealed record AssetVersion(
    VersionId Id, AssetId AssetId, AssetKind Kind, string Name, int Number, Digest Digest, JsonElement Manifest,
    IReadOnlyDictionary<string, string> Tags, RunId? Run, string CreatedBy, DateTimeOffset CreatedAt)
{
    /// <summary>What its maker says about it; may change.</summary>
    public string Description { get; init; } = "";

    /// <summary>The aliases that point at it, by name.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>When its description or stage last changed.</summary>
    public DateTimeOffset UpdatedAt { get; init; } = CreatedAt;

    /// <summary>Where it stands in the four stages that came before aliases; kept for clients that still ask for them.</summary>
    public VersionStage Stage { get; init; }

    /// <summary>Where its content came from, in the words of whoever registered it: a URI; null for what Orrery made itself.</summary>
    public string? Source { get; init; }

    /// <summary>The run that wrote it as whoever registered it named it; it need not be a run of this server.</summary>
    public string? SourceRun { get; init; }

    /// <summary>The version of another workspace that it is a copy of.</summary>
    public VersionId? Origin { get; init; }

    /// <summary>When it was deleted: it is in no list and no reference finds it any more, but what it was and who made it stays on record.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>How people write it: <c>model/flights:3</c>.</summary>
    public AssetRef Ref => new(Kind, Name, Number);

    /// <summary>The manifest as the record that the writing module made it from.</summary>
    /// <exception cref="InvalidException">It is something else: a client may add versions with whatever manifest.</exception>
    public T Read<T>()
    {
        try
        {
            return Manifest.Deserialize<T>(LedgerJson.Options) ?? throw new InvalidException($"The manifest of {Ref} is null.");
        }
        catch (JsonException error)
        {
            throw new InvalidException($"The manifest of {Ref} is not one of a {Kind} that Orrery made: {error.Message}", error);
        }
    }
}

/// <summary>A version to add.</summary>
/// <param name="Kind">The asset's kind.</param>
/// <param name="Name">The asset's name; the asset is made with its first version.</param>
/// <param name="Manifest">What the version is; any record, written with <see cref="LedgerJson.Options"/>.</param>
/// <param name="Run">The run that writes it: the edge run → version is recorded in the same transaction.</param>
/// <param name="Tags">Free labels.</param>
/// <param name="After">
/// The number of the version that this one builds upon, 0 where it is the first: a conflict where the latest is another by now, so that two
/// writers who append to the same version do not lose each other's part. Null checks nothing.
/// </param>
public sealed record NewVersion(
    AssetKind Kind, string Name, object Manifest, RunId? Run = null, IReadOnlyDictionary<string, string>? Tags = null, int? After = null)
{
    /// <summary>What its maker says about it.</summary>
    public string Description { get; init; } = "";

    /// <summary>Where its content came from: a URI.</summary>
    public string? Source { get; init; }

    /// <summary>The run that wrote it as the caller names it, where that may be a run of another server.</summary>
    public string? SourceRun { get; init; }

    /// <summary>What to do where the latest version has the same content.</summary>
    public SameContent SameContent { get; init; }
}

/// <summary>What adding does where the latest version has the same content.</summary>
public enum SameContent
{
    /// <summary>Returns that version: a call may be sent again.</summary>
    Reuse,
    /// <summary>Adds a version all the same, as tracking clients expect of each registration.</summary>
    AddAnother,
}

/// <summary>The four stages of a version that came before aliases.</summary>
public enum VersionStage
{
    /// <summary>None of the others.</summary>
    None,
    /// <summary>It is being tried.</summary>
    Staging,
    /// <summary>It is in use.</summary>
    Production,
    /// <summary>It was.</summary>
    Archived,
}

/// <summary>The catalogue of assets, their versions and aliases. Thread-safe; every change is audited in its own transaction.</summary>
public interface IAssets
{
    /// <summary>
    /// Adds a version. Idempotent by content: where the asset's latest version has the same digest, that one is returned (and the edge from the
    /// run is recorded all the same), before <see cref="NewVersion.After"/> is looked at. Content that only an earlier version had becomes a new
    /// version of the same digest, so that what was added last is always the latest.
    /// </summary>
    /// <exception cref="ConflictException">The latest version is not <see cref="NewVersion.After"/>.</exception>
    Task<AssetVersion> AddVersionAsync(Caller caller, NewVersion version, CancellationToken cancellationToken = default);

    /// <summary>The version that a reference points at.</summary>
    /// <exception cref="NotFoundException">There is none; the message names the nearest asset or the existing aliases.</exception>
    Task<AssetVersion> GetAsync(Caller caller, AssetRef reference, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="GetAsync(Caller, AssetRef, CancellationToken)"/>, null where there is none.</summary>
    Task<AssetVersion?> FindAsync(Caller caller, AssetRef reference, CancellationToken cancellationToken = default);

    /// <summary>A version by its id; a deleted one too, which <see cref="AssetVersion.DeletedAt"/> says.</summary>
    Task<AssetVersion> GetAsync(Caller caller, VersionId id, CancellationToken cancellationToken = default);

    /// <summary>An asset with its aliases.</summary>
    /// <exception cref="NotFoundException">There is none; the message names the nearest.</exception>
    Task<Asset> GetAssetAsync(Caller caller, AssetKind kind, string name, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="GetAssetAsync"/>, null where there is none.</summary>
    Task<Asset?> FindAssetAsync(Caller caller, AssetKind kind, string name, CancellationToken cancellationToken = default);

    /// <summary>The assets of a kind (of all kinds where null), by name.</summary>
    Task<Page<Asset>> ListAsync(Caller caller, AssetKind? kind, PageRequest page, CancellationToken cancellationToken = default);

    /// <summary>The versions of an asset, newest first.</summary>
    Task<Page<AssetVersion>> ListVersionsAsync(Caller caller, AssetKind kind, string name, PageRequest page, CancellationToken cancellationToken = default);

    /// <summary>Points <paramref name="alias"/> at a version. Returns the version it pointed at before.</summary>
    /// <exception cref="PreconditionFailedException">The alias is protected, and the version has not what the protection asks for.</exception>
    Task<AssetVersion?> SetAliasAsync(Caller caller, AssetRef version, string alias, CancellationToken cancellationToken = default);

    /// <summary>Removes an alias.</summary>
    /// <exception cref="PreconditionFailedException">It is protected.</exception>
    Task DeleteAliasAsync(Caller caller, AssetKind kind, string name, string alias, CancellationToken cancellationToken = default);

    /// <summary>Sets tags of a version; a null value removes the tag.</summary>
    Task SetTagsAsync(Caller caller, VersionId version, IReadOnlyDictionary<string, string?> tags, CancellationToken cancellationToken = default);
}
