using System.Collections.Concurrent;
using System.Security.Cryptography;
using Orrery.Kernel;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Blobs;
using Orrery.Platform.Hosting;

namespace Orrery.Ledger.Artifacts;

/// <summary>Uploads in parts, each part a file in the blob store's scratch folder, which is emptied at every start.</summary>
internal sealed class ArtifactUploads(IBlobStore blobs, IArtifactTree tree, TimeProvider clock) : IArtifactUploads
{
    private const int MaxOpen = 1000;
    private const int MaxParts = 10_000; // as S3's
    private const int BufferBytes = 128 * 1024;

    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<string, OpenUpload> _open = new(StringComparer.Ordinal);

    public string Begin(Caller caller, string path, int parts)
    {
        LedgerNames.CheckPath(path);
        if (parts is < 1 or > MaxParts)
            throw new InvalidException($"An upload has 1 to {MaxParts} parts; the request asked for {parts}.");
        foreach (var (old, upload) in _open)
        {
            if (clock.GetUtcNow() - upload.BegunAt > ForgottenAfter && _open.TryRemove(old, out _))
                upload.Clear();
        }

        if (_open.Count >= MaxOpen)
            throw new QuotaExceededException($"{MaxOpen} uploads are open; complete or abort some first.");
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)); // whoever knows it may send parts, so it cannot be guessed
        _open[id] = new(caller.Workspace, path, parts, clock.GetUtcNow());
        return id;
    }

    public async Task<string> PutPartAsync(Caller caller, string upload, int number, Stream content, CancellationToken cancellationToken = default)
    {
        var open = Find(caller, upload);
        if (number < 1 || number > open.Count)
            throw new InvalidException($"The upload has parts 1 to {open.Count}; got {number}.");
        var file = Path.Combine(blobs.ScratchFolder, $"{Guid.CreateVersion7(clock.GetUtcNow()):N}.part");
        try
        {
            var tag = await WriteAsync(content, file, cancellationToken);
            if (!open.Take(number, new(file, tag)))
                throw Missing(upload);
            return tag;
        }
        catch
        {
            File.Delete(file);
            throw;
        }
    }

    public async Task CompleteAsync(
        Caller caller, string upload, string path, IReadOnlyList<UploadedPart> parts, string mediaType, CancellationToken cancellationToken = default)
    {
        var open = Find(caller, upload, path);
        var files = new List<string>(open.Count);
        var named = parts.ToLookup(part => part.Number, part => part.Tag.Trim('"'));
        for (var number = 1; number <= open.Count; number++)
        {
            var there = open.Part(number) ?? throw new InvalidException($"Part {number} of {open.Count} has not come.");
            if (!named[number].Contains(there.Tag))
                throw new InvalidException($"Part {number} came with the tag {there.Tag}; the request does not name it so.");
            files.Add(there.File);
        }

        await using (var whole = new JoinedFiles(files))
            await tree.PutAsync(caller, new(path, await blobs.PutAsync(whole, cancellationToken), mediaType), cancellationToken);
        Forget(upload);
    }

    public void Abort(Caller caller, string upload, string path)
    {
        Find(caller, upload, path);
        Forget(upload);
    }

    private static async Task<string> WriteAsync(Stream content, string path, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            try
            {
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
            catch (Exception error) when (StorageRefusal.Is(error)) // what the sender breaks off is no fault of the disk
            {
                throw StorageRefusal.Of(error, "The part");
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private OpenUpload Find(Caller caller, string upload, string? path = null) =>
        _open.TryGetValue(upload, out var open) && open.Workspace == caller.Workspace && (path is null || open.Path == path) ? open : throw Missing(upload);

    private void Forget(string upload)
    {
        if (_open.TryRemove(upload, out var open))
            open.Clear();
    }

    private static NotFoundException Missing(string upload) => new($"There is no open upload '{upload}' to this path: it was completed, aborted, or begun before the server's last start.");
}
