using System.Buffers;
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
    private const long MostBytesOfPoints = 1L << 30;

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
            if (!IsWorthSaving)
                return false;
            var enough = Math.Max(FewestChanges, view.Count / ShareOfChanges);
            return _saved is not { } saved || Volatile.Read(ref _changed) >= enough || Last - saved.Number >= MostEntries || view.IndexedCount - saved.Indexed >= enough;
        }
    }

    /// <summary>Whether the view is worth saving and what was saved, if anything, shows less.</summary>
    public bool HasUnsaved => IsWorthSaving && (_saved is not { } saved || Last > saved.Number || view.IndexedCount != saved.Indexed);

    private bool IsWorthSaving => view.CanBeSaved && view.Count >= FewestForCheckpoint && view.SavedBytes <= MostBytesOfPoints && !Failed;

    /// <summary>Makes the view.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var end = new ArrayBufferWriter<byte>();
        if (space.TryGet(keys.End, end))
            _last = EndCodec.Read(end.WrittenSpan).Last;
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

    /// <summary>What an operation will change here; nothing is changed yet. Call it, and <see cref="Begin"/>, in one turn of the owner.</summary>
    /// <exception cref="Kernel.OrreryException">It does not fit the collection, or the shard has to be opened anew.</exception>
    public PlannedUpdate Plan(PointOperation operation) => _failure is { } failure
        ? throw new Kernel.UnavailableException("An earlier write to this collection failed; it is opened anew. Try again.", failure)
        : new(this, new OperationPlan(view).Of(operation));

    /// <summary>
    /// Begins what was planned, an operation's part in each shard: readers see all of it from now on, and it is durable when the tasks complete. Call it in the turns of all their
    /// owners, in the order of the shards' numbers.
    /// </summary>
    public static IReadOnlyList<PendingUpdate> Begin(IReadOnlyList<PlannedUpdate> parts)
    {
        var pending = new PendingUpdate[parts.Count];
        for (var i = 0; i < pending.Length; i++)
            pending[i] = parts[i].Shard.Write(parts[i].Changes);
        var holds = parts.Select(part => part.Shard.View.Writing()).ToList();
        for (var i = 0; i < pending.Length; i++)
            parts[i].Shard.Apply(parts[i].Changes, pending[i].Number);
        foreach (var hold in holds)
            hold.Dispose();
        return pending;
    }

    private PendingUpdate Write(IReadOnlyCollection<PointChange> changes)
    {
        var number = _last + 1;
        var durable = WriteAsync(Batch(number, changes));
        _lastWrite = durable;
        return new(number, durable);
    }

    private void Apply(IReadOnlyCollection<PointChange> changes, long number)
    {
        foreach (var change in changes)
            view.Apply(change, number);
        view.Applied = number;
        Interlocked.Add(ref _changed, changes.Count);
        Volatile.Write(ref _last, number);
    }

    /// <summary>All shards of a collection take a new configuration at once; rows of vectors that are gone are removed. Call it in the turns of all their owners.</summary>
    public static async Task ConfigureAsync(IReadOnlyList<Shard> shards, CollectionConfig config, CancellationToken cancellationToken)
    {
        var gone = shards[0].View.Columns.Keys.Where(name => !config.HasVector(name)).ToList();
        foreach (var shard in shards)
            shard.ForgetCheckpoint(config);
        var holds = shards.Select(shard => shard.View.Writing()).ToList();
        foreach (var shard in shards)
            shard.View.Configure(config);
        foreach (var hold in holds)
            hold.Dispose();
        foreach (var shard in shards)
        {
            foreach (var name in gone)
                await shard.RemoveRowsAsync(name, cancellationToken);
        }
    }

    private Task RemoveRowsAsync(string vector, CancellationToken cancellationToken) => RowRemoval.RunAsync(space, keys.Vectors(vector), cancellationToken);

    private void ForgetCheckpoint(CollectionConfig config)
    {
        // What was saved of vectors that go must not come again with others of their name.
        if (config.VectorsText() != view.Config.VectorsText())
        {
            folder.RemoveBut();
            _saved = null;
        }
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
        return batch.PutOwned(keys.End, EndCodec.Write(number, CountAfter(changes)));
    }

    private long CountAfter(IReadOnlyCollection<PointChange> changes)
    {
        long count = view.Count;
        foreach (var change in changes)
        {
            var there = view.TryFind(change.Id, out _);
            count += change.IsRemoval ? there ? -1 : 0 : there ? 0 : 1;
        }

        return count;
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

/// <summary>An operation's part in one shard.</summary>
internal readonly record struct PlannedUpdate(Shard Shard, IReadOnlyCollection<PointChange> Changes);

/// <summary>An operation that readers see.</summary>
/// <param name="Number">Its number in the log.</param>
/// <param name="Durable">Completes when it survives a crash.</param>
internal readonly record struct PendingUpdate(long Number, Task Durable);
