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
            await CopyAsync(reader, saved.Config, [.. Enumerable.Range(0, saved.Config.Shards).Select(shard => new ShardKeys(id, shard))], cancellationToken);
            await collections.ReplaceAsync(caller, new(id, name, saved.CreatedAt, saved.Config), cancellationToken);
        }
        catch
        {
            keeping.Remove(id);
            throw;
        }
    }

    private async Task CopyAsync(SnapshotReader reader, CollectionConfig config, ShardKeys[] shards, CancellationToken cancellationToken)
    {
        var batch = new KeyValueBatch();
        var read = 0;
        var (last, counts) = (new long[shards.Length], new long[shards.Length]);
        while (await reader.NextAsync(read, cancellationToken) is { } point)
        {
            var shard = ShardViews.ShardOf(point.Id, shards.Length);
            var keys = shards[shard];
            counts[shard]++;
            batch.Put(keys.Point(point.Id), point.Row);
            var (version, payload) = RowCodec.ReadPoint(point.Row);
            last[shard] = Math.Max(last[shard], version);
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

        for (var shard = 0; shard < shards.Length; shard++)
        {
            batch.Put(shards[shard].End, EndCodec.Write(last[shard], counts[shard]));
        }

        // The store's log is in order: what is durable after this has all before it.
        await rows.Rows.WriteAsync(batch, Durability.Relaxed, cancellationToken);
    }
}
