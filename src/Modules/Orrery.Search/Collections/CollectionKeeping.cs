using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Orrery.Platform.Hosting;
using Orrery.Platform.KeyValues;
using Orrery.Search.Checkpoints;
using Orrery.Search.Shards;
using Orrery.Search.Vectors;
using Orrery.Vectors.Hnsw;

namespace Orrery.Search.Collections;

/// <summary>What collections need done beside requests: vectors moved into graphs, rows of deleted collections removed. Sleeps until somebody needs something.</summary>
internal sealed class CollectionKeeping(CollectionRows rows, CheckpointFolder checkpoints, ILogger<CollectionKeeping> log) : BackgroundLoop
{
    /// <summary>Vectors that are moved while writers wait: some milliseconds.</summary>
    private const int VectorsAtOnce = 16;

    // Those that were opened; weakly, since a shard that was let go needs nothing.
    private readonly ConditionalWeakTable<Shard, object?> _shards = [];
    private readonly Channel<Func<CancellationToken, Task>> _work = Channel.CreateUnbounded<Func<CancellationToken, Task>>(new() { SingleReader = true });

    /// <summary>Moves a shard's vectors into their graphs, where there are enough of them, and saves its view, where enough changed.</summary>
    public void Optimize(Shard shard)
    {
        _shards.TryAdd(shard, null);
        if ((shard.View.WantsIndexing || shard.WantsCheckpoint) && shard.View.TryBeginIndexing())
            _work.Writer.TryWrite(stopping => OptimizeAsync(shard, stopping));
    }

    /// <summary>Shards of a collection that is deleted are not saved any more.</summary>
    public void Forget(IEnumerable<Shard> shards)
    {
        foreach (var shard in shards)
            _shards.Remove(shard);
    }

    /// <summary>When the server stops in order, what changed since views were saved is saved, so that the next start has nothing to replay.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (ExecuteTask is { IsCompleted: false })
            return;
        // Nobody moves vectors any more, whatever still waits to be done.
        foreach (var (shard, _) in _shards)
        {
            if (shard.HasUnsaved)
                await SaveAsync(shard, cancellationToken);
        }
    }

    private async Task SaveAsync(Shard shard, CancellationToken cancellationToken)
    {
        try
        {
            await shard.SaveAsync(cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // The rows say all that it would have said.
            SearchLog.NotKept(log, error);
        }
    }

    /// <summary>Removes the rows of a collection that was deleted.</summary>
    public void Remove(Guid collection) => _work.Writer.TryWrite(async stopping =>
    {
        await RowRemoval.RunAsync(rows.Rows, ShardKeys.Collection(collection), stopping);
        checkpoints.Remove(collection);
        await rows.Rows.WriteAsync(new KeyValueBatch().Delete(CollectionRows.TombstoneKey(collection)), cancellationToken: stopping);
    });

    protected override async Task RunAsync(CancellationToken stopping)
    {
        await foreach (var work in _work.Reader.ReadAllAsync(stopping))
        {
            try
            {
                await work(stopping);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                SearchLog.NotKept(log, error);
            }
        }
    }

    private static async Task OptimizeAsync(Shard shard, CancellationToken stopping)
    {
        try
        {
            foreach (var column in shard.View.Columns.Values.OfType<DenseColumn>().ToList())
            {
                while (shard.View.WantsIndexingOf(column) && Move(shard.View, column))
                {
                    stopping.ThrowIfCancellationRequested();
                    await Task.Yield();
                }
            }

            // Changes that go on all the time leave no moment in which all is indexed; then it is saved as it is.
            if (shard.WantsCheckpoint)
                await shard.SaveAsync(stopping);
        }
        finally
        {
            shard.View.EndIndexing();
        }
    }

    /// <summary>Takes old vectors out of a graph and moves some new ones in; false where there was nothing to do. One at a time for a view.</summary>
    internal static bool Move(ShardView view, DenseColumn column)
    {
        List<int> leaving;
        HnswIndex? graph;
        using (view.Reading())
            (graph, leaving) = (column.Graph, column.Leaving());
        // A removal may repair the graph, for seconds: nobody waits for that.
        foreach (var slot in leaving)
            graph!.Remove(slot);
        using (view.Reading())
        {
            if (leaving.Count > 0)
                column.Left(graph!, leaving);
            return column.Index(VectorsAtOnce) + leaving.Count > 0;
        }
    }
}
