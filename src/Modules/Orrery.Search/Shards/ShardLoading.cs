using System.Buffers.Binary;
using Orrery.Platform.KeyValues;
using Orrery.Search.Checkpoints;
using Orrery.Search.Points;
using Orrery.Search.Vectors;
using Orrery.Vectors.Hnsw;

namespace Orrery.Search.Shards;

/// <summary>
/// Makes a shard's view: from a checkpoint and what the log says changed since, where there is one that the log reaches back to; else from all rows. Nobody else knows the view yet, so
/// it needs no lock.
/// </summary>
internal sealed class ShardLoading(ShardKeys keys, IKeyValueSpace space, ShardView view)
{
    private const int KeysAtOnce = 1_000;

    // Reading a row by its key costs as much as some ten rows of a scan.
    private const int RowsOfScan = 10;

    /// <summary>Reads all rows.</summary>
    public async Task FromRowsAsync(long last, CancellationToken cancellationToken)
    {
        await foreach (var (key, row) in space.ScanAsync(keys.Points, cancellationToken: cancellationToken))
        {
            var (version, payload) = RowCodec.ReadPoint(row);
            view.Apply(new(ShardKeys.IdOf(key)) { Payload = new(payload) }, version);
        }

        foreach (var (name, column) in view.Columns)
            await ScanAsync(name, column, null, cancellationToken);
        view.Applied = last;
    }

    /// <summary>Takes a checkpoint and replays the log.</summary>
    /// <returns>False, and nothing changed, where the checkpoint is of other vectors or the log does not reach back to it.</returns>
    public async Task<bool> FromCheckpointAsync(Checkpoint checkpoint, IReadOnlyList<HnswIndex> graphs, long last, CancellationToken cancellationToken)
    {
        if (checkpoint.Vectors != view.Config.VectorsText() || checkpoint.Number > last || await ChangedAsync(checkpoint.Number, last, cancellationToken) is not { } changed)
            return false;
        view.Restore(checkpoint.Rows, checkpoint.Live);
        foreach (var (name, column) in view.Columns)
        {
            var at = checkpoint.Graphs.ToList().FindIndex(graph => graph.Name == name);
            if (checkpoint.Columns.FirstOrDefault(saved => saved.Name == name) is { } whole)
            {
                foreach (var (slot, vector) in whole.Vectors)
                    column.Set(slot, vector);
                continue;
            }

            if (at < 0 || column is not DenseColumn dense)
            {
                await ScanAsync(name, column, null, cancellationToken);
                continue;
            }

            var saved = checkpoint.Graphs[at];
            dense.Restore(graphs[at], saved.Indexed, checkpoint.Rows.Length);
            var growing = saved.Present.AndNot(saved.Indexed);
            if (growing.Count > saved.Present.Count / RowsOfScan)
                await ScanAsync(name, column, growing, cancellationToken);
            else
                await GetAsync(name, column, growing, cancellationToken);
        }

        foreach (var ids in changed.Chunk(KeysAtOnce))
            await ReplayAsync(ids, cancellationToken);
        view.Applied = last;
        return true;
    }

    /// <summary>The points that operations after <paramref name="number"/> changed; null where the log does not hold all of these.</summary>
    private async Task<IReadOnlyCollection<PointId>?> ChangedAsync(long number, long last, CancellationToken cancellationToken)
    {
        var changed = new HashSet<PointId>();
        if (number == last)
            return changed;
        var next = number + 1;
        await foreach (var (key, entry) in space.ScanAsync(keys.Log, keys.LogEntry(next), cancellationToken))
        {
            if (BinaryPrimitives.ReadInt64BigEndian(key.AsSpan(^sizeof(long)..)) != next)
                return null;
            next++;
            foreach (var (id, _) in LogEntryCodec.Read(entry))
                changed.Add(id);
        }

        return next == last + 1 ? changed : null;
    }

    // What the rows say now is what all operations together made of the points.
    private async Task ReplayAsync(PointId[] ids, CancellationToken cancellationToken)
    {
        var points = await space.GetManyAsync([.. ids.Select(id => (ReadOnlyMemory<byte>)keys.Point(id))], cancellationToken);
        var columns = new List<(string Name, byte[]?[] Rows)>();
        foreach (var name in view.Columns.Keys)
        {
            var prefix = keys.Vectors(name);
            columns.Add((name, await space.GetManyAsync([.. ids.Select(id => (ReadOnlyMemory<byte>)ShardKeys.Vector(prefix, id))], cancellationToken)));
        }

        for (var i = 0; i < ids.Length; i++)
        {
            if (points[i] is not { } row)
            {
                view.Apply(new(ids[i]) { IsRemoval = true }, 0);
                continue;
            }

            var (version, payload) = RowCodec.ReadPoint(row);
            var change = new PointChange(ids[i]) { Payload = new(payload) };
            foreach (var (name, rows) in columns)
                change.Set(name, rows[i] is { } vector ? RowCodec.ReadVector(vector) : null);
            view.Apply(change, version);
        }
    }

    private async Task ScanAsync(string name, VectorColumn column, SlotSet? wanted, CancellationToken cancellationToken)
    {
        await foreach (var (key, row) in space.ScanAsync(keys.Vectors(name), cancellationToken: cancellationToken))
        {
            if (view.TryFind(ShardKeys.IdOf(key), out var slot) && (wanted is null || wanted[slot]))
                column.Set(slot, RowCodec.ReadVector(row));
        }
    }

    private async Task GetAsync(string name, VectorColumn column, SlotSet wanted, CancellationToken cancellationToken)
    {
        var prefix = keys.Vectors(name);
        foreach (var slots in wanted.Slots().Chunk(KeysAtOnce))
        {
            var rows = await space.GetManyAsync([.. slots.Select(slot => (ReadOnlyMemory<byte>)ShardKeys.Vector(prefix, view.Id(slot)))], cancellationToken);
            for (var i = 0; i < slots.Length; i++)
            {
                // One that is gone was changed since, and the log says so.
                if (rows[i] is { } row)
                    column.Set(slots[i], RowCodec.ReadVector(row));
            }
        }
    }
}
