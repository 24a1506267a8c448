using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Platform.Access;
using Orrery.Platform.Blobs;
using Orrery.Platform.KeyValues;
using Orrery.Search.Collections;

namespace Orrery.Search.Snapshots;

/// <summary>Snapshots in the blob store, and a row 'S' for each: by workspace, collection and name.</summary>
internal sealed class SnapshotStore(CollectionDirectory collections, CollectionRows rows, IBlobStore blobs, SnapshotRestore restore, SnapshotFetch fetch, TimeProvider clock) : ISnapshots
{
    public async Task<IReadOnlyList<Snapshot>> ListAsync(Caller caller, string? collection, CancellationToken cancellationToken = default)
    {
        var name = await RequireAsync(caller, collection, cancellationToken);
        var snapshots = new List<Snapshot>();
        await foreach (var (_, row) in rows.Rows.ScanAsync(Key(caller, name, ""), cancellationToken: cancellationToken))
            snapshots.Add(JsonSerializer.Deserialize<Snapshot>(row, LedgerJson.Options)!);
        return snapshots;
    }

    public async Task<Snapshot> CreateAsync(Caller caller, string? collection, string? pipeline, CancellationToken cancellationToken = default)
    {
        CollectionAccess.RequireUnscoped(caller);
        var now = clock.GetUtcNow();
        var stamp = now.ToString("yyyy-MM-dd-HH-mm-ss-fffffff", CultureInfo.InvariantCulture);
        var members = new List<LiveCollection>();
        foreach (var member in collection is null ? await collections.ListAsync(caller, cancellationToken) : [collection])
            members.Add(await collections.OpenLiveAsync(caller, member, cancellationToken));
        var scope = collection is null ? null : members[0].Name;
        var name = $"{scope ?? "full-snapshot"}-{stamp}.snapshot";

        var path = Path.Combine(blobs.ScratchFolder, $"{Guid.NewGuid():N}.snapshot");
        try
        {
            await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                foreach (var member in members)
                    SnapshotWriter.Write(file, member.Record, member.Views, name);
            }

            var blob = await blobs.PutFileAsync(path, cancellationToken);
            var snapshot = new Snapshot(name, now, blob.Length, blob.Digest, pipeline);
            await rows.Rows.WriteAsync(new KeyValueBatch().Put(Key(caller, scope, name), JsonSerializer.SerializeToUtf8Bytes(snapshot, LedgerJson.Options)), cancellationToken: cancellationToken);
            return snapshot;
        }
        finally
        {
            File.Delete(path);
        }
    }

    public async Task<Stream> OpenAsync(Caller caller, string? collection, string name, CancellationToken cancellationToken = default) =>
        await blobs.OpenAsync((await FindAsync(caller, collection, name, cancellationToken)).Snapshot.Digest, cancellationToken);

    public async Task DeleteAsync(Caller caller, string? collection, string name, CancellationToken cancellationToken = default)
    {
        var (key, snapshot) = await FindAsync(caller, collection, name, cancellationToken);
        // The row first: a row without content would promise what is not there.
        await rows.Rows.WriteAsync(new KeyValueBatch().Delete(key), cancellationToken: cancellationToken);
        await blobs.DeleteAsync(snapshot.Digest, cancellationToken);
    }

    public async Task RestoreAsync(Caller caller, string collection, Stream content, Digest? checksum, CancellationToken cancellationToken = default)
    {
        CollectionAccess.RequireUnscoped(caller);
        CollectionRules.Check(collection);
        // To a file first: what comes over the network is read twice, once for its digest and once for its rows.
        var blob = await blobs.PutAsync(content, cancellationToken);
        var known = await IsKnownAsync(blob.Digest, cancellationToken);
        try
        {
            if (checksum is { } expected && expected != blob.Digest)
                throw new InvalidException($"The snapshot's SHA-256 is {blob.Digest}, not {expected}. Nothing was changed; transfer it again.");
            await using var stream = await blobs.OpenAsync(blob.Digest, cancellationToken);
            await restore.RunAsync(caller, collection, stream, cancellationToken);
        }
        finally
        {
            if (!known)
                await blobs.DeleteAsync(blob.Digest, CancellationToken.None);
        }
    }

    public Task RecoverAsync(Caller caller, string collection, SnapshotLocation location, Digest? checksum, CancellationToken cancellationToken = default)
    {
        CollectionAccess.RequireUnscoped(caller);
        CollectionRules.Check(collection);
        return fetch.ReadAsync(location.Address, location.ApiKey, content => RestoreAsync(caller, collection, content, checksum, cancellationToken), cancellationToken);
    }

    // Content that a snapshot's row names stays.
    private async Task<bool> IsKnownAsync(Digest digest, CancellationToken cancellationToken)
    {
        await foreach (var (_, row) in rows.Rows.ScanAsync(new byte[] { (byte)'S' }, cancellationToken: cancellationToken))
        {
            if (JsonSerializer.Deserialize<Snapshot>(row, LedgerJson.Options)!.Digest == digest)
                return true;
        }

        return false;
    }

    private async Task<(byte[] Key, Snapshot Snapshot)> FindAsync(Caller caller, string? collection, string name, CancellationToken cancellationToken)
    {
        var key = Key(caller, await RequireAsync(caller, collection, cancellationToken), name);
        var row = new ArrayBufferWriter<byte>();
        // A name is looked up, never joined into a path.
        return name.Length > 0 && rows.Rows.TryGet(key, row)
            ? (key, JsonSerializer.Deserialize<Snapshot>(row.WrittenSpan, LedgerJson.Options)!)
            : throw new NotFoundException($"Snapshot {name} not found");
    }

    private async Task<string?> RequireAsync(Caller caller, string? collection, CancellationToken cancellationToken)
    {
        CollectionAccess.RequireUnscoped(caller);
        return collection is null ? null : (await collections.OpenLiveAsync(caller, collection, cancellationToken)).Name;
    }

    private static byte[] Key(Caller caller, string? collection, string name) =>
        [(byte)'S', .. Encoding.UTF8.GetBytes(caller.Workspace), 0, .. Encoding.UTF8.GetBytes(collection is null ? "/" : collection), 0, .. Encoding.UTF8.GetBytes(name)];
}
