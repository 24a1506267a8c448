using Orrery.Kernel;

namespace Orrery.Platform.Blobs;

/// <summary>Content that is stored: its name, which is its digest, and its length in bytes.</summary>
public readonly record struct Blob(Digest Digest, long Length);

/// <summary>
/// The port for immutable content: artifacts, datasets, weights, snapshots. Content is addressed by its SHA-256, so a second put of
/// the same bytes stores nothing. Files on a laptop, S3 on a cluster.
/// </summary>
/// <remarks>Thread-safe. What <c>PutAsync</c> returned is durable; half-written content is never visible.</remarks>
public interface IBlobStore
{
    /// <summary>Stores all that remains in <paramref name="content"/>, streaming.</summary>
    Task<Blob> PutAsync(Stream content, CancellationToken cancellationToken = default);

    /// <summary>Stores a finished file by moving it into the store where that is possible; the file is gone afterwards.</summary>
    Task<Blob> PutFileAsync(string path, CancellationToken cancellationToken = default);

    /// <summary>Opens content for reading; seekable.</summary>
    /// <exception cref="NotFoundException">There is no such content.</exception>
    Task<Stream> OpenAsync(Digest digest, CancellationToken cancellationToken = default);

    /// <summary>
    /// A read-only local file with the content, for engines that want a path (DuckDB, ONNX Runtime). On a cluster the content is brought to
    /// a local cache first. The path stays valid while the process lives; nobody may write to it.
    /// </summary>
    /// <exception cref="NotFoundException">There is no such content.</exception>
    Task<string> LocalPathAsync(Digest digest, CancellationToken cancellationToken = default);

    /// <summary>The length of the content; null where there is none.</summary>
    Task<long?> LengthAsync(Digest digest, CancellationToken cancellationToken = default);

    /// <summary>Reads the content again and compares it with its name; false where it is damaged.</summary>
    Task<bool> VerifyAsync(Digest digest, CancellationToken cancellationToken = default);

    /// <summary>Removes the content if it is there. Whoever calls it has made sure that no asset version names it.</summary>
    Task DeleteAsync(Digest digest, CancellationToken cancellationToken = default);

    /// <summary>A folder for files in the making, on the same volume as the store, so that <see cref="PutFileAsync"/> can move them.</summary>
    string ScratchFolder { get; }
}

/// <summary>The convenience forms of <see cref="IBlobStore"/>.</summary>
public static class BlobStoreExtensions
{
    /// <summary>Stores a small content that is in memory.</summary>
    public static async Task<Blob> PutAsync(this IBlobStore blobs, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        using var stream = new MemoryStream(content.ToArray(), writable: false);
        return await blobs.PutAsync(stream, cancellationToken);
    }

    /// <summary>Reads a content of at most <paramref name="maxBytes"/> into memory.</summary>
    /// <exception cref="QuotaExceededException">It is longer.</exception>
    public static async Task<byte[]> ReadAsync(this IBlobStore blobs, Digest digest, int maxBytes, CancellationToken cancellationToken = default)
    {
        await using var stream = await blobs.OpenAsync(digest, cancellationToken);
        if (stream.Length > maxBytes)
            throw new QuotaExceededException($"The content {digest.Short} has {stream.Length} bytes; at most {maxBytes} are read here.");
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }
}
