namespace Orrery.Platform.GroupCommit;

/// <summary>A write that waits for its group: it is begun or cancelled, never both, and settled exactly once.</summary>
internal abstract class PendingWrite
{
    private const int Waiting = 0;
    private const int Begun = 1;
    private const int Cancelled = 2;

    private int _state;

    /// <summary>Claims the write for a group; false where its caller cancelled it first.</summary>
    public bool TryBegin() => Interlocked.CompareExchange(ref _state, Begun, Waiting) == Waiting;

    /// <summary>Withdraws the write unless a group has claimed it: what has begun is finished, so that the caller's answer is always true.</summary>
    public void TryCancel(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _state, Cancelled, Waiting) == Waiting)
            Cancel(cancellationToken);
    }

    /// <summary>Tells the caller that nothing was written, and why. A second settlement changes nothing.</summary>
    public abstract void Fail(Exception error);

    protected abstract void Cancel(CancellationToken cancellationToken);
}

/// <summary>A write whose caller gets a <typeparamref name="TResult"/>.</summary>
internal abstract class PendingWrite<TResult> : PendingWrite
{
    // Asynchronous continuations: otherwise the caller's code would run on the one thread that commits for everybody.
    private readonly TaskCompletionSource<TResult> _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the write is durable.</summary>
    public Task<TResult> Settled => _settled.Task;

    /// <inheritdoc/>
    public sealed override void Fail(Exception error) => _settled.TrySetException(error);

    /// <summary>Tells the caller that it is durable.</summary>
    protected void Succeed(TResult result) => _settled.TrySetResult(result);

    /// <inheritdoc/>
    protected sealed override void Cancel(CancellationToken cancellationToken) => _settled.TrySetCanceled(cancellationToken);
}
