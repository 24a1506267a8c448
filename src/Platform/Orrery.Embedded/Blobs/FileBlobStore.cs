using System.Buffers;
using System.Security.Cryptography;
using Orrery.Embedded.Folder;
using Orrery.Kernel;
using Orrery.Platform.Blobs;

namespace Orrery.Embedded.Blobs;

/// <summary>
/// Content as files named by their SHA-256: <c>blobs/ab/cd…</c>. A file is written under a scratch name, flushed, made read-only and renamed,
/// so that whatever has a digest's name is whole.
/// </summary>
internal sealed class FileBlobStore(OwnedFolder folder) : IBlobStore
{
    private const int BufferBytes = 128 * 1024;
    private const string What = "The content";
    private readonly string _root = folder.Sub("blobs");

    /// <inheritdoc/>
    public string ScratchFolder { get; } = folder.ScratchPath;

    /// <inheritdoc/>
    public async Task<Blob> PutAsync(Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        var temporary = Path.Combine(ScratchFolder, $"{Guid.CreateVersion7():N}.blob");
        try
        {
            Blob blob;
            await using (var file = Create(temporary))
            {
                blob = await CopyAsync(content, file, cancellationToken);
                StorageErrors.Guard(What, () => file.Flush(flushToDisk: true));
            }

            StorageErrors.Guard(What, () => Publish(temporary, blob.Digest));
            return blob;
        }
        finally
        {
            File.Delete(temporary); // Still there only where something failed.
        }
    }

    /// <inheritdoc/>
    public async Task<Blob> PutFileAsync(string path, CancellationToken cancellationToken = default)
    {
        if (!CanMove(path))
        {
            await using var content = OpenRead(path);
            var copied = await PutAsync(content, cancellationToken);
            File.Delete(path);
            return copied;
        }

        Blob blob;
        await using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.SequentialScan))
        {
            blob = await CopyAsync(file, Stream.Null, cancellationToken);
            StorageErrors.Guard(What, () => file.Flush(flushToDisk: true));
        }

        StorageErrors.Guard(What, () => Publish(path, blob.Digest));
        return blob;
    }

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        try
        {
            return Task.FromResult<Stream>(OpenRead(PathOf(digest)));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw NotFound(digest);
        }
    }

    /// <inheritdoc/>
    public Task<string> LocalPathAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        var path = PathOf(digest);
        return File.Exists(path) ? Task.FromResult(path) : throw NotFound(digest);
    }

    /// <inheritdoc/>
    public Task<long?> LengthAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        var file = new FileInfo(PathOf(digest));
        return Task.FromResult<long?>(file.Exists ? file.Length : null);
    }

    /// <inheritdoc/>
    public async Task<bool> VerifyAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        await using var content = await OpenAsync(digest, cancellationToken);
        return await Digest.OfAsync(content, cancellationToken) == digest;
    }

    /// <inheritdoc/>
    public Task DeleteAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        var path = PathOf(digest);
        if (File.Exists(path))
        {
            File.SetAttributes(path, FileAttributes.Normal); // Windows deletes no read-only file.
            File.Delete(path);
        }

        return Task.CompletedTask;
    }

    private static async Task<Blob> CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var length = 0L;
            int read;
            while ((read = await from.ReadAsync(buffer, cancellationToken)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                // Written synchronously: .NET has no asynchronous file writes on Unix but a thread of the pool, and only what the store's own file
                // refuses is the storage's fault; a source that breaks off throws its own error.
                StorageErrors.Guard(What, () => to.Write(buffer, 0, read));
                length += read;
            }

            return new(Digest.FromHash(hash.GetHashAndReset()), length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static FileStream Create(string path)
    {
        FileStream? file = null;
        StorageErrors.Guard(What, () => file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0));
        return file!;
    }

    private void Publish(string temporary, Digest digest)
    {
        var path = PathOf(digest);
        DurableFolder.Create(Path.GetDirectoryName(path)!);
        File.SetAttributes(temporary, FileAttributes.ReadOnly);
        // Also where the content is there already: the same bytes replace it, which heals a damaged copy, and its name is flushed even
        // where the one who put it first has not come that far.
        DurableFolder.Rename(temporary, path);
    }

    /// <summary>Only what lies in the scratch folder is surely on this volume and surely nobody else's. A link would be moved instead of its content.</summary>
    private bool CanMove(string path) =>
        Path.GetFullPath(path).StartsWith(Path.GetFullPath(ScratchFolder) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
        && new FileInfo(path).LinkTarget is null;

    private string PathOf(Digest digest)
    {
        if (digest.IsNone)
            throw new ArgumentException("The digest is empty, so it names no content.", nameof(digest));
        var name = digest.ToString(); // 64 hexadecimal digits by construction: it cannot leave the folder.
        return Path.Combine(_root, name[..2], name[2..]);
    }

    private static FileStream OpenRead(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferBytes, FileOptions.Asynchronous | FileOptions.SequentialScan);

    private static NotFoundException NotFound(Digest digest) => new($"There is no content {digest} in the store.");
}
