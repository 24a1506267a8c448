using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Platform.Relational;
using Orrery.Platform.Signals;
using Orrery.Platform.Work;

namespace Orrery.Embedded.Work;

/// <summary>
/// The queue as a table. Taking an item moves its due time to the end of the lease, so an item whose worker died becomes due again by itself,
/// and nothing has to look for dead workers.
/// </summary>
internal sealed class DatabaseWorkQueue(IDatabase database, TimeProvider time) : IWorkQueue
{
    private const int MaxPayloadBytes = 64 * 1024;

    /// <summary>Longest sleep between looks, so that a changed clock cannot put a waiter to sleep for ever.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly QueueWakes _wakes = new();
    private readonly QueueOutlook _outlook = new();

    /// <inheritdoc/>
    public async Task<bool> EnqueueAsync(string queue, string key, ReadOnlyMemory<byte> payload, DateTimeOffset? notBefore = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, MaxPayloadBytes, nameof(payload));
        var row = new WorkRow { Queue = queue, Key = key, Payload = payload.ToArray(), Due = Later(Now(), notBefore) };
        var added = await ChangeAsync(queue, connection =>
        {
            if (connection.GetTable<WorkRow>().Any(w => w.Queue == queue && w.Key == key))
                return false;
            connection.Insert(row);
            return true;
        }, cancellationToken);
        if (added)
            _wakes.Wake(queue);
        return added;
    }

    /// <inheritdoc/>
    public async Task<WorkItem?> TryTakeAsync(string queue, string worker, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(worker);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        var due = await NextDueAsync(queue, cancellationToken);
        return due is null || due > Now() ? null : await ChangeAsync(queue, connection => Take(connection, queue, worker, lease), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task WaitAsync(string queue, TimeSpan atMost, CancellationToken cancellationToken = default)
    {
        var wake = _wakes.Next(queue);
        var due = await NextDueAsync(queue, cancellationToken);
        var wait = due is { } when ? TimeSpan.FromMicroseconds(Math.Max(0, when - Now())) : LongestWait;
        wait = Min(wait, Min(atMost, LongestWait));
        if (wait <= TimeSpan.Zero)
            return;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(wake, Task.Delay(wait, time, stop.Token));
        await stop.CancelAsync(); // The timer of the one that lost.
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <inheritdoc/>
    public Task<bool> RenewAsync(WorkItem item, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        return ChangeAsync(item.Queue, connection => Held(connection, item).Set(w => w.Due, End(lease)).Update() == 1, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> CompleteAsync(WorkItem item, CancellationToken cancellationToken = default) =>
        ChangeAsync(item.Queue, connection => Held(connection, item).Delete() == 1, cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> ReleaseAsync(WorkItem item, DateTimeOffset retryAt, CancellationToken cancellationToken = default)
    {
        var released = await ChangeAsync(item.Queue, connection => Held(connection, item)
            .Set(w => w.Due, Later(Now(), retryAt))
            .Set(w => w.Worker, (string?)null)
            .Update() == 1, cancellationToken);
        if (released)
            _wakes.Wake(item.Queue);
        return released;
    }

    /// <inheritdoc/>
    public Task<long> CountAsync(string queue, CancellationToken cancellationToken = default) =>
        database.ReadAsync((c, token) => c.GetTable<WorkRow>().LongCountAsync(w => w.Queue == queue, token), cancellationToken);

    private async Task<T> ChangeAsync<T>(string queue, Func<DataConnection, T> change, CancellationToken cancellationToken)
    {
        try
        {
            return await database.WriteAsync(change, cancellationToken);
        }
        finally
        {
            _outlook.Forget(queue);
        }
    }

    private async Task<long?> NextDueAsync(string queue, CancellationToken cancellationToken)
    {
        var known = _outlook.Find(queue);
        if (known is { IsKnown: true })
            return known.Due;
        var due = known is null && await database.IsNewAsync(cancellationToken)
            ? null
            : await database.ReadAsync((c, token) => c.GetTable<WorkRow>().Where(w => w.Queue == queue).MinAsync(w => (long?)w.Due, token), cancellationToken);
        _outlook.Learn(queue, known, due);
        return due;
    }

    private WorkItem? Take(DataConnection connection, string queue, string worker, TimeSpan lease)
    {
        var now = Now();
        var row = connection.GetTable<WorkRow>().Where(w => w.Queue == queue && w.Due <= now).OrderBy(w => w.Due).ThenBy(w => w.Id).FirstOrDefault();
        if (row is null)
            return null;
        var (attempt, token) = (row.Attempt + 1, row.Token + 1);
        connection.GetTable<WorkRow>().Where(w => w.Id == row.Id)
            .Set(w => w.Due, End(lease))
            .Set(w => w.Attempt, attempt)
            .Set(w => w.Token, token)
            .Set(w => w.Worker, worker)
            .Update();
        return new(row.Id, row.Queue, row.Key, row.Payload, attempt, token);
    }

    /// <summary>The item while the lease is this one's: a lease that ran out still counts until somebody else takes the item.</summary>
    private static IQueryable<WorkRow> Held(DataConnection connection, WorkItem item) =>
        connection.GetTable<WorkRow>().Where(w => w.Id == item.Id && w.Token == item.Token && w.Worker != null);

    private long Now() => SignalBatch.ToMicroseconds(time.GetUtcNow());

    private long End(TimeSpan lease) => SignalBatch.ToMicroseconds(time.GetUtcNow() + lease);

    private static long Later(long now, DateTimeOffset? notBefore) => notBefore is { } at ? Math.Max(now, SignalBatch.ToMicroseconds(at)) : now;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
