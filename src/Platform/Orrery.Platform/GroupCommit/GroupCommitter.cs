using System.Diagnostics;
using System.Threading.Channels;

namespace Orrery.Platform.GroupCommit;

/// <summary>
/// Lets writes that wait at the same moment share one flush to disk, which costs 0.2 to 3 ms however much it flushes. One loop takes
/// whatever waits, up to a group's size, commits it, and goes on: no timer, so a lone write pays nothing for the company it does not have.
/// See docs/design/group-commit.md.
/// </summary>
internal sealed class GroupCommitter<TWrite> : IAsyncDisposable where TWrite : PendingWrite
{
    /// <summary>Writes that may wait before callers are held back.</summary>
    private const int Capacity = 4096;

    /// <summary>Writes of one group unless the store says otherwise: large enough to make the flush negligible, small enough to bound how long the first one waits.</summary>
    private const int DefaultMaxGroup = 512;

    private readonly Channel<TWrite> _queue = Channel.CreateBounded<TWrite>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly string _store;
    private readonly int _maxGroup;
    private readonly Action<IReadOnlyList<TWrite>> _commit;
    private readonly Task _loop;

    /// <param name="store">What is written to, as the metrics call it.</param>
    /// <param name="commit">Makes a group durable and settles each of its writes; a write that it leaves unsettled by throwing fails with what it threw.</param>
    /// <param name="maxGroup">Writes of one group at most.</param>
    public GroupCommitter(string store, Action<IReadOnlyList<TWrite>> commit, int maxGroup = DefaultMaxGroup)
    {
        (_store, _commit, _maxGroup) = (store, commit, maxGroup);
        CommitMetrics.Open(this, store, () => _queue.Reader.Count);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Queues the write; it waits here while the queue is full.</summary>
    public async Task EnqueueAsync(TWrite write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            if (!_queue.Writer.TryWrite(write))
                await _queue.Writer.WriteAsync(write, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(typeof(TWrite).Name, "The store is closed; nothing is written any more.");
        }
    }

    /// <summary>Queues the write and waits until it is durable. Cancelling withdraws it only while no group has begun it.</summary>
    public async Task<TResult> CommitAsync<TResult>(TWrite write, Task<TResult> settled, CancellationToken cancellationToken)
    {
        await EnqueueAsync(write, cancellationToken);
        await using var registration = cancellationToken.UnsafeRegister(static (state, token) => ((TWrite)state!).TryCancel(token), write);
        return await settled;
    }

    /// <summary>Commits what is queued, and takes no more.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
        CommitMetrics.Close(this);
    }

    private async Task RunAsync()
    {
        var group = new List<TWrite>(_maxGroup);
        while (await _queue.Reader.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < _maxGroup && _queue.Reader.TryRead(out var write))
            {
                if (write.TryBegin())
                    group.Add(write);
            }

            if (group.Count == 0)
                continue;
            var began = Stopwatch.GetTimestamp();
            try
            {
                _commit(group);
            }
            catch (Exception error) // The loop's border: whatever went wrong is the waiting callers' to know, and the loop goes on.
            {
                foreach (var write in group)
                    write.Fail(error);
            }

            CommitMetrics.Committed(_store, group.Count, Stopwatch.GetElapsedTime(began));
        }
    }
}
