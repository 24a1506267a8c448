using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Orrery.Platform.Hosting;
using Orrery.Platform.KeyValues;
using Orrery.Search.Shards;
using Orrery.Search.Vectors;

namespace Orrery.Search.Collections;

/// <summary>What collections need done beside requests: vectors moved into graphs, rows of deleted collections removed. Sleeps until somebody needs something.</summary>
internal sealed class CollectionKeeping(CollectionRows rows, ILogger<CollectionKeeping> log) : BackgroundLoop
{
    /// <summary>Vectors that are moved while writers wait: some milliseconds.</summary>
    private const int VectorsAtOnce = 16;

    private readonly Channel<Func<CancellationToken, Task>> _work = Channel.CreateUnbounded<Func<CancellationToken, Task>>(new() { SingleReader = true });

    /// <summary>Moves a shard's vectors into their graphs, where there are enough of them.</summary>
    public void Optimize(Shard shard)
    {
        if (shard.View.WantsIndexing && shard.View.TryBeginIndexing())
            _work.Writer.TryWrite(stopping => OptimizeAsync(shard.View, stopping));
    }

    /// <summary>Removes the rows of a collection that was deleted.</summary>
    public void Remove(Guid collection) => _work.Writer.TryWrite(async stopping =>
    {
        await RowRemoval.RunAsync(rows.Rows, ShardKeys.Collection(collection), stopping);
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

    private static async Task OptimizeAsync(ShardView view, CancellationToken stopping)
    {
        try
        {
            foreach (var column in view.Columns.Values.OfType<DenseColumn>().ToList())
            {
                while (view.WantsIndexingOf(column) && Move(view, column) > 0)
                {
                    stopping.ThrowIfCancellationRequested();
                    await Task.Yield();
                }
            }
        }
        finally
        {
            view.EndIndexing();
        }
    }

    private static int Move(ShardView view, DenseColumn column)
    {
        using (view.Reading())
            return column.Index(VectorsAtOnce);
    }
}
