using System.Buffers;
using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using Orrery.Search.Checkpoints;
using Orrery.Search.Collections;
using Orrery.Search.Points;
using Orrery.Platform.KeyValues;
using Orrery.Vectors.Hnsw;

namespace Orrery.Search.Shards;

/// <summary>
/// The owner of a shard: numbers its operations, writes them and what they change in one batch, and takes them into the view. One call at a time, so each operation sees all
/// before it; the store flushes operations that wait at the same moment together (docs/design/collections.md).
/// </summary>
internal sealed class Shard(ShardKeys keys, IKeyValueSpace space, ShardView view, ShardFolder folder, ILogger log)
{
    /// <summary>Entries of the log that are kept: a follower that is further behind reads the rows.</summary>
    private const long KeptEntries = 10_000;

    private long _last;
    // Points of which a checkpoint is worth its writing: a view of fewer is read from the rows as fast.
    private const int FewestForCheckpoint = 20_000;

    // What is left to replay costs some ten microseconds a point when the shard is opened.
    private const int FewestChanges = 2_000;
    private const int ShareOfChanges = 40;
    private const int MostEntries = (int)KeptEntries / 2;

    // A file of points is built in memory.
    private const long MostPayloadBytes = 1L << 30;

    private volatile Exception? _failure;
    private volatile Task _lastWrite = Task.CompletedTask;
    private long _changed; // Points since the checkpoint, one that changed twice counted twice.
    private Saved? _saved;

    /// <summary>The points in memory.</summary>
    public ShardView View => view;

    /// <summary>The number of the last operation.</summary>
    public long Last => Volatile.Read(ref _last);

    /// <summary>Whether a write failed, so that the view may hold what the store does not: the shard must be opened anew.</summary>
    public bool Failed => _failure is not null;

    /// <summary>Whether so much changed since the view was saved that it should be saved again.</summary>
    public bool WantsCheckpoint
    {
        get
        {
            if (!view.HasGraph || view.Count < FewestForCheckpoint || view.PayloadBytes > MostPayloadBytes || Failed)
                return false;
            var enough = Math.Max(FewestChanges, view.Count / ShareOfChanges);
            return _saved is not { } saved || Volatile.Read(ref _changed) >= enough || Last - saved.Number >= MostEntries || view.IndexedCount - saved.Indexed >= enough;
        }
    }

    /// <summary>Makes the view.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var end = new ArrayBufferWriter<byte>();
        if (space.TryGet(keys.End, end))
            _last = BinaryPrimitives.ReadInt64LittleEndian(end.WrittenSpan);
        var loading = new ShardLoading(keys, space, view);
        if (ReadCheckpoint() is { } read)
        {
            if (await loading.FromCheckpointAsync(read.Checkpoint, read.Graphs, _last, cancellationToken))
            {
                _saved = new(read.Checkpoint.Number, view.IndexedCount);
                return;
            }

            // It must not be taken for one of operations that are still to come, or of vectors that come again.
            folder.RemoveBut();
        }

        await loading.FromRowsAsync(_last, cancellationToken);
    }

    /// <summary>Saves the view. Call it where nobody moves vectors into graphs.</summary>
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        var changed = Volatile.Read(ref _changed);
        var (checkpoint, graphs) = Checkpoint.Take(view);
        // What the view shows is not always durable yet, and a checkpoint must not be ahead of the rows.
        await _lastWrite;
        await CheckpointFiles.WriteAsync(folder, checkpoint, graphs, cancellationToken);
        _saved = new(checkpoint.Number, checkpoint.Graphs.Sum(graph => graph.Indexed.Count));
        Interlocked.Add(ref _changed, -changed);
    }

    /// <summary>Begins an operation: readers see it from now on, and it is durable when the task completes. Call it in the owner's turn.</summary>
    public PendingUpdate Begin(PointOperation operation)
    {
        if (_failure is { } failure)
            throw new Kernel.UnavailableException("An earlier write to this collection failed; it is opened anew. Try again.", failure);
        var changes = new OperationPlan(view).Of(operation);
        var number = _last + 1;
        var batch = Batch(number, changes);
        var durable = WriteAsync(batch);
        _lastWrite = durable;
        using (view.Writing())
        {
            foreach (var change in changes)
                view.Apply(change, number);
            view.Applied = number;
        }

        Interlocked.Add(ref _changed, changes.Count);
        Volatile.Write(ref _last, number);
        return new(number, durable);
    }

    /// <summary>Takes a new configuration, and removes the rows of vectors that are gone. Call it in the owner's turn.</summary>
    public async Task ConfigureAsync(CollectionConfig config, CancellationToken cancellationToken)
    {
        var gone = view.Columns.Keys.Where(name => !config.HasVector(name)).ToList();
        // What was saved of vectors that go must not come again with others of their name.
        if (config.VectorsText() != view.Config.VectorsText())
        {
            folder.RemoveBut();
            _saved = null;
        }

        using (view.Writing())
            view.Configure(config);
        foreach (var name in gone)
            await RowRemoval.RunAsync(space, keys.Vectors(name), cancellationToken);
    }

    private (Checkpoint Checkpoint, IReadOnlyList<HnswIndex> Graphs)? ReadCheckpoint()
    {
        try
        {
            return CheckpointFiles.Read(folder);
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            SearchLog.CheckpointDamaged(log, error);
            folder.RemoveBut();
            return null;
        }
    }

    private KeyValueBatch Batch(long number, IReadOnlyCollection<PointChange> changes)
    {
        var batch = new KeyValueBatch();
        var prefixes = view.Columns.Keys.ToDictionary(name => name, keys.Vectors, StringComparer.Ordinal);
        foreach (var change in changes)
        {
            if (change.IsRemoval)
                Remove(batch, change.Id, prefixes);
            else
                Put(batch, change, number, prefixes);
        }

        // What changed, not how: the rows say what it is now, so a follower that replays the log's ids arrives at the same state.
        batch.Put(keys.LogEntry(number), LogEntryCodec.Write(changes));
        if (number > KeptEntries)
            batch.Delete(keys.LogEntry(number - KeptEntries));
        Span<byte> end = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(end, number);
        return batch.Put(keys.End, end);
    }

    private void Put(KeyValueBatch batch, PointChange change, long number, Dictionary<string, byte[]> prefixes)
    {
        var payload = change.Payload is { } given ? given.Content : view.TryFind(change.Id, out var slot) ? view.Payload(slot) : null;
        batch.PutOwned(keys.Point(change.Id), RowCodec.Point(number, payload));
        foreach (var (name, vector) in change.Vectors)
        {
            var key = ShardKeys.Vector(prefixes[name], change.Id);
            if (vector is null)
                batch.Delete(key);
            else
                batch.PutOwned(key, RowCodec.Vector(vector));
        }
    }

    private void Remove(KeyValueBatch batch, PointId id, Dictionary<string, byte[]> prefixes)
    {
        batch.Delete(keys.Point(id));
        if (!view.TryFind(id, out var slot))
            return;
        foreach (var (name, column) in view.Columns)
        {
            if (column.Present[slot])
                batch.Delete(ShardKeys.Vector(prefixes[name], id));
        }
    }

    private async Task WriteAsync(KeyValueBatch batch)
    {
        try
        {
            // Not the caller's token: the view shows the operation already, so it must come to an end.
            await space.WriteAsync(batch, Durability.Durable, CancellationToken.None);
        }
        catch (Exception error)
        {
            _failure = error;
            throw;
        }
    }

    private sealed record Saved(long Number, long Indexed);
}

/// <summary>An operation that readers see.</summary>
/// <param name="Number">Its number in the log.</param>
/// <param name="Durable">Completes when it survives a crash.</param>
internal readonly record struct PendingUpdate(long Number, Task Durable);
