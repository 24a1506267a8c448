using System.Globalization;
using LinqToDB;
using LinqToDB.Async;
using Microsoft.Extensions.Logging;
using Orrery.Platform.Hosting;
using Orrery.Platform.Relational;
using Orrery.Platform.Work;

namespace Orrery.Ledger.Webhooks;

/// <summary>Brings what the outbox holds to the work queue, and delivers what the queue hands out.</summary>
internal sealed partial class WebhookRelay(
    IDatabase database, IWorkQueue queue, EventOutbox outbox, WebhookDeliverer deliverer, TimeProvider clock, ILogger<WebhookRelay> logger) : BackgroundLoop
{
    public const string Queue = "webhooks";

    private const int Workers = 4; // a receiver that takes its time holds up a quarter of the others
    private const int MaxAtOnce = 500;

    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(6); // longer than the longest timeout of a receiver
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Queues the deliveries that are not yet queued.</summary>
    public async Task RelayAsync(CancellationToken cancellationToken)
    {
        while (await ClaimAsync(cancellationToken) is { Count: > 0 } ids)
            await EnqueueAsync(ids, cancellationToken);
    }

    /// <summary>Delivers the one that is due longest; false where none is due.</summary>
    public async Task<bool> DeliverNextAsync(string worker, CancellationToken cancellationToken)
    {
        if (await queue.TryTakeAsync(Queue, worker, Lease, cancellationToken) is not { } item)
            return false;
        try
        {
            if (await deliverer.DeliverAsync(item.Key, cancellationToken) is { } again)
                await queue.ReleaseAsync(item, again, cancellationToken);
            else
                await queue.CompleteAsync(item, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await queue.ReleaseAsync(item, clock.GetUtcNow(), CancellationToken.None); // the next start sends it at once
            throw;
        }

        return true;
    }

    protected override async Task RunAsync(CancellationToken stopping)
    {
        await Task.Yield();
        await GuardAsync(RequeueAsync, stopping);
        await Task.WhenAll(Enumerable.Range(1, Workers).Select(number => DeliverAsync(number, stopping)).Append(RelayLoopAsync(stopping)));
    }

    // A delivery that was claimed when the process died may not have reached the queue, which keeps one item for each.
    private async Task RequeueAsync(CancellationToken cancellationToken)
    {
        if (await database.IsNewAsync(cancellationToken))
            return;
        var ids = await database.ReadAsync(
            (connection, token) => connection.GetTable<DeliveryRow>().Where(row => row.State == DeliveryRow.Queued).Select(row => row.Id).ToListAsync(token), cancellationToken);
        await EnqueueAsync(ids, cancellationToken);
        await RelayAsync(cancellationToken);
    }

    private async Task RelayLoopAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            using var wait = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var woken = outbox.Wakes.WaitToReadAsync(wait.Token).AsTask();
            await Task.WhenAny(woken, Task.Delay(LongestWait, clock, wait.Token)); // another process of a cluster may have written some
            var here = woken.IsCompletedSuccessfully && outbox.Wakes.TryRead(out _);
            await wait.CancelAsync();
            await GuardAsync(async token =>
            {
                if (here || await AnyPendingAsync(token))
                    await RelayAsync(token);
            }, stopping);
        }
    }

    private Task<bool> AnyPendingAsync(CancellationToken cancellationToken) =>
        database.ReadAsync((connection, token) => connection.GetTable<DeliveryRow>().AnyAsync(row => row.State == DeliveryRow.Pending, token), cancellationToken);

    // A write, though it mostly reads: it queues behind the transaction that woke us, so it sees what that wrote.
    private Task<List<string>> ClaimAsync(CancellationToken cancellationToken) => database.WriteAsync(transaction =>
    {
        var ids = transaction.GetTable<DeliveryRow>().Where(row => row.State == DeliveryRow.Pending).OrderBy(row => row.Id).Select(row => row.Id).Take(MaxAtOnce).ToList();
        if (ids.Count > 0)
            transaction.GetTable<DeliveryRow>().Where(row => ids.Contains(row.Id)).Set(row => row.State, DeliveryRow.Queued).Update();
        return ids;
    }, cancellationToken);

    private async Task EnqueueAsync(IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        foreach (var id in ids)
            await queue.EnqueueAsync(Queue, id, default, cancellationToken: cancellationToken);
    }

    private async Task DeliverAsync(int number, CancellationToken stopping)
    {
        var worker = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}/{number}");
        while (!stopping.IsCancellationRequested)
        {
            await GuardAsync(async token =>
            {
                if (!await DeliverNextAsync(worker, token))
                    await queue.WaitAsync(Queue, LongestWait, token);
            }, stopping);
        }
    }

    private async Task GuardAsync(Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        try
        {
            await work(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping.
        }
        catch (Exception error) // the loop's border
        {
            Failed(error);
            await Task.WhenAny(Task.Delay(Pause, clock, stopping));
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Webhooks could not be told; it is tried again")]
    private partial void Failed(Exception error);
}
