namespace Orrery.Platform.Work;

/// <summary>
/// The port for background work: durable items that each one worker at a time holds under a lease. At-least-once: an item whose worker
/// dies is handed out again when the lease runs out, so work is idempotent. A lease that ran out counts as held until somebody takes the item. SQLite on a laptop, PostgreSQL on a cluster.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public interface IWorkQueue
{
    /// <summary>
    /// Adds an item and returns true; false, and nothing added, where an unfinished item of the same queue has the same
    /// <paramref name="key"/>.
    /// </summary>
    /// <param name="queue">Which queue: <c>pipelines</c> …</param>
    /// <param name="key">Names the item within its queue.</param>
    /// <param name="payload">What the worker needs to know, at most 64 KiB.</param>
    /// <param name="notBefore">When it may be taken; at once by default.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    Task<bool> EnqueueAsync(string queue, string key, ReadOnlyMemory<byte> payload, DateTimeOffset? notBefore = null, CancellationToken cancellationToken = default);

    /// <summary>Takes the free item that has been due longest, for <paramref name="lease"/>; null where there is none now.</summary>
    Task<WorkItem?> TryTakeAsync(string queue, string worker, TimeSpan lease, CancellationToken cancellationToken = default);

    /// <summary>Completes when something may be there to take, or after <paramref name="atMost"/>.</summary>
    Task WaitAsync(string queue, TimeSpan atMost, CancellationToken cancellationToken = default);

    /// <summary>Holds the item longer; false where the lease was lost, and the worker must stop.</summary>
    Task<bool> RenewAsync(WorkItem item, TimeSpan lease, CancellationToken cancellationToken = default);

    /// <summary>The item is done and goes away; false where the lease was lost.</summary>
    Task<bool> CompleteAsync(WorkItem item, CancellationToken cancellationToken = default);

    /// <summary>The item failed and is handed out again at <paramref name="retryAt"/>; false where the lease was lost.</summary>
    Task<bool> ReleaseAsync(WorkItem item, DateTimeOffset retryAt, CancellationToken cancellationToken = default);

    /// <summary>How many items are unfinished.</summary>
    Task<long> CountAsync(string queue, CancellationToken cancellationToken = default);
}

/// <summary>An item under a lease.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Queue">Its queue.</param>
/// <param name="Key">Its name within the queue.</param>
/// <param name="Payload">What was given.</param>
/// <param name="Attempt">1 the first time it is handed out.</param>
/// <param name="Token">Proves the lease; a worker whose token is old has lost it.</param>
public sealed record WorkItem(long Id, string Queue, string Key, ReadOnlyMemory<byte> Payload, int Attempt, long Token);

/// <summary>The port for named leases: at most one holder at a time.</summary>
public interface ILeases
{
    /// <summary>Takes or renews the lease; null while somebody else holds it. The number is a fencing token that only grows.</summary>
    Task<long?> TryAcquireAsync(string name, string holder, TimeSpan duration, CancellationToken cancellationToken = default);

    /// <summary>Gives the lease back if <paramref name="holder"/> has it.</summary>
    Task ReleaseAsync(string name, string holder, CancellationToken cancellationToken = default);
}
