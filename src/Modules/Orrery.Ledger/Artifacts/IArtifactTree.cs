using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Blobs;

namespace Orrery.Ledger.Artifacts;

/// <summary>What lies in a folder.</summary>
/// <param name="Name">Its name within the folder.</param>
/// <param name="Length">A file's bytes; null for a folder.</param>
public sealed record ArtifactEntry(string Name, long? Length);

/// <summary>A file.</summary>
/// <param name="Path">Where it lies in the tree.</param>
/// <param name="Content">The blob.</param>
/// <param name="MediaType">What it is.</param>
public sealed record ArtifactFile(string Path, Blob Content, string MediaType);

/// <summary>
/// All files of a workspace as one tree, the way that clients address them who know paths, not runs: <c>EXPERIMENT/RUN/artifacts/…</c> are the artifacts
/// of that run, everything else (logged models, traces, what a client puts at a path of its own) lies beside. Content is in the blob store;
/// a path is a name in the database and never one on a disk. Thread-safe.
/// </summary>
public interface IArtifactTree
{
    /// <summary>Puts a content at a path; what was there is replaced.</summary>
    Task PutAsync(Caller caller, ArtifactFile file, CancellationToken cancellationToken = default);

    /// <summary>The file at a path.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    Task<ArtifactFile> GetAsync(Caller caller, string path, CancellationToken cancellationToken = default);

    /// <summary>What lies directly in a folder, by name; empty where there is no such folder.</summary>
    Task<IReadOnlyList<ArtifactEntry>> ListAsync(Caller caller, string folder, CancellationToken cancellationToken = default);

    /// <summary>All files in a folder and below it, by path; at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<ArtifactFile>> FilesAsync(Caller caller, string folder, int limit, CancellationToken cancellationToken = default);

    /// <summary>Removes a file, or a folder with all in it; how many files went.</summary>
    Task<int> DeleteAsync(Caller caller, string path, CancellationToken cancellationToken = default);
}
