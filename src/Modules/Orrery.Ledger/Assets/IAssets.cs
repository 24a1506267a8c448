using System.Text.Json;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Assets;

/// <summary>A named thing of one kind in a workspace.</summary>
/// <param name="Id">What it is called for ever.</param>
/// <param name="Workspace">Where it lives.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name, unique among its kind in the workspace.</param>
/// <param name="LatestVersion">The number of its newest version.</param>
/// <param name="Aliases">The version number that each alias points at.</param>
/// <param name="CreatedAt">When its first version came.</param>
/// <param name="UpdatedAt">When its newest version came or an alias moved.</param>
public sealed record Asset(
    AssetId Id, string Workspace, AssetKind Kind, string Name, int LatestVersion, IReadOnlyDictionary<string, int> Aliases,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

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
    AssetKind Kind, string Name, object Manifest, RunId? Run = null, IReadOnlyDictionary<string, string>? Tags = null, int? After = null);

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

    /// <summary>A version by its id.</summary>
    Task<AssetVersion> GetAsync(Caller caller, VersionId id, CancellationToken cancellationToken = default);

    /// <summary>An asset with its aliases.</summary>
    /// <exception cref="NotFoundException">There is none; the message names the nearest.</exception>
    Task<Asset> GetAssetAsync(Caller caller, AssetKind kind, string name, CancellationToken cancellationToken = default);

    /// <summary>The assets of a kind (of all kinds where null), by name.</summary>
    Task<Page<Asset>> ListAsync(Caller caller, AssetKind? kind, PageRequest page, CancellationToken cancellationToken = default);

    /// <summary>The versions of an asset, newest first.</summary>
    Task<Page<AssetVersion>> ListVersionsAsync(Caller caller, AssetKind kind, string name, PageRequest page, CancellationToken cancellationToken = default);

    /// <summary>Points <paramref name="alias"/> at a version. Returns the version it pointed at before.</summary>
    Task<AssetVersion?> SetAliasAsync(Caller caller, AssetRef version, string alias, CancellationToken cancellationToken = default);

    /// <summary>Removes an alias.</summary>
    Task DeleteAliasAsync(Caller caller, AssetKind kind, string name, string alias, CancellationToken cancellationToken = default);

    /// <summary>Sets tags of a version; a null value removes the tag.</summary>
    Task SetTagsAsync(Caller caller, VersionId version, IReadOnlyDictionary<string, string?> tags, CancellationToken cancellationToken = default);
}
