using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Folders;

/// <summary>Whether something is there, or was put away and can be brought back.</summary>
public enum Lifecycle
{
    /// <summary>It is there.</summary>
    Active,
    /// <summary>It was deleted; it is found by who asks for deleted ones, and can be restored.</summary>
    Deleted,
}

/// <summary>What groups runs: an experiment's, pipeline's or study's folder. Tracking clients call it an experiment.</summary>
/// <param name="Number">Its number in the workspace; 0 is the one that exists from the start.</param>
/// <param name="Workspace">Where it lives.</param>
/// <param name="Name">Its name, unique in the workspace, deleted ones included.</param>
/// <param name="Stage">Whether it was deleted.</param>
/// <param name="ArtifactRoot">The URI below which clients that keep artifacts by URI put those of its runs.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it was renamed, deleted or restored.</param>
/// <param name="Tags">Free labels.</param>
public sealed record Folder(
    long Number, string Workspace, string Name, Lifecycle Stage, string ArtifactRoot, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    IReadOnlyDictionary<string, string> Tags)
{
    /// <summary>The number of the folder that exists from the start.</summary>
    public const long DefaultNumber = 0;

    /// <summary>The name of the folder that exists from the start.</summary>
    public const string DefaultName = "Default";

    /// <summary>The longest name, in characters.</summary>
    public const int MaxNameLength = 500;
}

/// <summary>A folder to make.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ArtifactRoot">Null: below <see cref="LedgerOptions.ArtifactRoot"/>, by its number.</param>
/// <param name="Tags">Free labels.</param>
public sealed record NewFolder(string Name, string? ArtifactRoot = null, IReadOnlyDictionary<string, string>? Tags = null);

/// <summary>Which folders are wanted, in which order.</summary>
/// <param name="Filter">Conditions joined by AND: <c>name LIKE 'fl%' AND tags.team = 'ops'</c>; see docs/design/search.md.</param>
/// <param name="OrderBy"><c>name</c>, <c>creation_time DESC</c> …; newest first where there is none.</param>
/// <param name="Stage">Null: all.</param>
/// <param name="Limit">How many at most.</param>
/// <param name="Cursor">Where the page before ended.</param>
public sealed record FolderSearch(string? Filter = null, IReadOnlyList<string>? OrderBy = null, Lifecycle? Stage = Lifecycle.Active, int Limit = 1000, string? Cursor = null);

/// <summary>The folders of runs. Thread-safe; every change is audited in its own transaction.</summary>
public interface IFolders
{
    /// <summary>Makes a folder.</summary>
    /// <exception cref="ConflictException">There is one of that name, perhaps a deleted one.</exception>
    Task<Folder> CreateAsync(Caller caller, NewFolder folder, CancellationToken cancellationToken = default);

    /// <summary>The folder of that number, deleted or not.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    Task<Folder> GetAsync(Caller caller, long number, CancellationToken cancellationToken = default);

    /// <summary>The folder of that name, deleted or not; null where there is none.</summary>
    Task<Folder?> FindAsync(Caller caller, string name, CancellationToken cancellationToken = default);

    /// <summary>The folders that meet all conditions.</summary>
    Task<Page<Folder>> SearchAsync(Caller caller, FolderSearch search, CancellationToken cancellationToken = default);

    /// <summary>Renames a folder; its runs stay in it.</summary>
    /// <exception cref="PreconditionFailedException">It is deleted.</exception>
    Task RenameAsync(Caller caller, long number, string name, CancellationToken cancellationToken = default);

    /// <summary>Deletes a folder with its runs; all can be restored.</summary>
    Task DeleteAsync(Caller caller, long number, CancellationToken cancellationToken = default);

    /// <summary>Brings a deleted folder back with all its runs.</summary>
    Task RestoreAsync(Caller caller, long number, CancellationToken cancellationToken = default);

    /// <summary>Sets tags; a null value removes the tag.</summary>
    /// <exception cref="NotFoundException">A tag to remove is not there.</exception>
    /// <exception cref="PreconditionFailedException">The folder is deleted.</exception>
    Task SetTagsAsync(Caller caller, long number, IReadOnlyDictionary<string, string?> tags, CancellationToken cancellationToken = default);
}
