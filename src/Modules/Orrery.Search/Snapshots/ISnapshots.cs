using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Search.Snapshots;

/// <summary>Snapshots of collections: each one immutable content in the blob store, and a row that names it. Thread-safe.</summary>
public interface ISnapshots
{
    /// <summary>The snapshots of a collection, or (null) of all collections together, oldest first.</summary>
    Task<IReadOnlyList<Snapshot>> ListAsync(Caller caller, string? collection, CancellationToken cancellationToken = default);

    /// <summary>Writes a collection as it is at one moment, or (null) all collections one after the other. Writers wait meanwhile; readers do not.</summary>
    /// <exception cref="NotFoundException">There is no such collection.</exception>
    Task<Snapshot> CreateAsync(Caller caller, string? collection, CancellationToken cancellationToken = default) => CreateAsync(caller, collection, null, cancellationToken);

    /// <summary>As <see cref="CreateAsync(Caller, string?, CancellationToken)"/>, for a pipeline.</summary>
    Task<Snapshot> CreateAsync(Caller caller, string? collection, string? pipeline, CancellationToken cancellationToken = default);

    /// <summary>The content of a snapshot; seekable.</summary>
    /// <exception cref="NotFoundException">There is none of that name.</exception>
    Task<Stream> OpenAsync(Caller caller, string? collection, string name, CancellationToken cancellationToken = default);

    /// <summary>Removes a snapshot.</summary>
    /// <exception cref="NotFoundException">There is none of that name.</exception>
    Task DeleteAsync(Caller caller, string? collection, string name, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes the collection what a snapshot holds, whether it is there or not. All of the content is read and checked before the collection changes: a snapshot that is cut
    /// short or damaged changes nothing.
    /// </summary>
    /// <param name="caller">Who.</param>
    /// <param name="collection">What the collection is to be called.</param>
    /// <param name="content">The snapshot.</param>
    /// <param name="checksum">The SHA-256 that the content must have, where the client knows it.</param>
    /// <param name="cancellationToken">Ends it, and nothing was changed.</param>
    /// <exception cref="InvalidException">It is no snapshot, or not a whole one, or another one.</exception>
    Task RestoreAsync(Caller caller, string collection, Stream content, Digest? checksum, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="RestoreAsync"/>, with what another server answers at a public address.</summary>
    /// <exception cref="OrreryException">The address is no public one, and the settings allow no other.</exception>
    /// <exception cref="InvalidException">It answers with no snapshot.</exception>
    Task RecoverAsync(Caller caller, string collection, SnapshotLocation location, Digest? checksum, CancellationToken cancellationToken = default);
}

/// <summary>Where a snapshot is fetched.</summary>
/// <param name="Address">An address of http or https.</param>
/// <param name="ApiKey">Sent as <c>api-key</c>; nothing where null.</param>
public sealed record SnapshotLocation(Uri Address, string? ApiKey);

/// <summary>A snapshot.</summary>
/// <param name="Name">Its name, unique among those of its collection.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Digest">SHA-256 of its content.</param>
/// <param name="Pipeline">The pipeline that took it; null where somebody asked for it.</param>
public sealed record Snapshot(string Name, DateTimeOffset CreatedAt, long Length, Digest Digest, string? Pipeline = null);
