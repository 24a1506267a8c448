using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Assets.Registry;

/// <summary>An asset to make before its first version.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Tags">Free labels.</param>
public sealed record NewAsset(AssetKind Kind, string Name, string Description = "", IReadOnlyDictionary<string, string>? Tags = null);

/// <summary>Whether other versions of the stage make room.</summary>
public enum StageOthers
{
    /// <summary>They stay.</summary>
    Keep,
    /// <summary>They are archived.</summary>
    Archive,
}

/// <summary>
/// What people keep about assets: that they are there before their first version, names, descriptions, tags, stages, and that they are gone. Deleting is
/// for people and lists: the record of what a version was, who made it and what came of it stays. Thread-safe; every change is audited in its own transaction.
/// </summary>
public interface IRegistry
{
    /// <summary>Makes an asset that has no version yet.</summary>
    /// <exception cref="ConflictException">There is one of that kind and name.</exception>
    Task<Asset> CreateAsync(Caller caller, NewAsset asset, CancellationToken cancellationToken = default);

    /// <summary>Describes an asset anew.</summary>
    Task<Asset> DescribeAsync(Caller caller, AssetKind kind, string name, string description, CancellationToken cancellationToken = default);

    /// <summary>Gives an asset another name; its versions, aliases and lineage stay its own.</summary>
    /// <exception cref="ConflictException">There is one of the new name.</exception>
    Task<Asset> RenameAsync(Caller caller, AssetKind kind, string name, string newName, CancellationToken cancellationToken = default);

    /// <summary>Deletes an asset with its versions; another may take its name.</summary>
    /// <exception cref="PreconditionFailedException">An alias of it is protected.</exception>
    Task DeleteAsync(Caller caller, AssetKind kind, string name, CancellationToken cancellationToken = default);

    /// <summary>Sets tags of an asset; a null value removes the tag.</summary>
    Task SetTagsAsync(Caller caller, AssetKind kind, string name, IReadOnlyDictionary<string, string?> tags, CancellationToken cancellationToken = default);

    /// <summary>Describes a version anew.</summary>
    Task<AssetVersion> DescribeVersionAsync(Caller caller, AssetRef version, string description, CancellationToken cancellationToken = default);

    /// <summary>Moves a version to a stage.</summary>
    Task<AssetVersion> SetStageAsync(Caller caller, AssetRef version, VersionStage stage, StageOthers others, CancellationToken cancellationToken = default);

    /// <summary>Deletes a version and the aliases that point at it; its number is not given again.</summary>
    /// <exception cref="PreconditionFailedException">One of the aliases is protected.</exception>
    Task DeleteVersionAsync(Caller caller, AssetRef version, CancellationToken cancellationToken = default);
}
