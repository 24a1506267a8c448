using System.Buffers.Binary;
using Orrery.Platform.Access;
using Orrery.Platform.KeyValues;
using Orrery.Search.Collections;
using Orrery.Search.Shards;
using Orrery.Search.Vectors;

namespace Orrery.Search.Snapshots;

/// <summary>
/// Puts a snapshot's rows under a new id, and makes that id the collection's in one batch at the end. Until then nobody sees them, and a tombstone says that they are to be
/// removed: a restore that fails, or a crash in the middle of one, leaves the collection as it was.
/// </summary>
internal sealed class SnapshotRestore(CollectionDirectory collections, CollectionRows rows, CollectionKeeping keeping, TimeProvider clock)
{
    private const int PointsOfBatch = 1_000;

    public async Task RunAsync(Caller caller, string name, Stream stream, CancellationToken cancellationToken)
    {
        var reader = new SnapshotReader(stream);
        var saved = await reader.BeginAsync(cancellationToken);
        CollectionRules.Check(saved.Config);
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        await rows.Rows.WriteAsync(new KeyValueBatch().Put(CollectionRows.TombstoneKey(id), []), cancellationToken: cancellationToken);
        try
        {
            await CopyAsync(reader, saved.Config, new(id, 0), cancellationToken);
            await collections.ReplaceAsync(caller, new(id, name, saved.CreatedAt, saved.Config), cancellationToken);
        }
        catch
        {
            keeping.Remove(id);
            throw;
        }
    }

    private async Task CopyAsync(SnapshotReader reader, CollectionConfig config, ShardKeys keys, CancellationToken cancellationToken)
    {
        var batch = new KeyValueBatch();
        var (read, last) = (0, 0L);
        while (await reader.NextAsync(read, cancellationToken) is { } point)
        {
            batch.Put(keys.Point(point.Id), point.Row);
            var (version, payload) = RowCodec.ReadPoint(point.Row);
            last = Math.Max(last, version);
            if (payload is not null)
                OperationPlan.Check(payload);
            foreach (var (vector, row) in point.Vectors)
            {
                // A row that was made to look like one is refused as a client's vector would be.
                VectorPreparation.Prepare(config, vector, RowCodec.ReadVector(row));
                batch.Put(ShardKeys.Vector(keys.Vectors(vector), point.Id), row);
            }

            if (++read % PointsOfBatch != 0)
                continue;
            await rows.Rows.WriteAsync(batch, Durability.Relaxed, cancellationToken);
            batch = new();
        }

        var end = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(end, last);
        // The store's log is in order: what is durable after this has all before it.
        await rows.Rows.WriteAsync(batch.Put(keys.End, end), Durability.Relaxed, cancellationToken);
    }
}
