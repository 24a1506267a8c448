namespace Orrery.Embedded.Ownership;

/// <summary>A place in a line: it begins when the one before is over. First come, first served, which a semaphore does not promise.</summary>
internal sealed class Turn(Task before)
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the next one may begin.</summary>
    public Task Over => _over.Task;

    /// <summary>Waits for the turn. Who leaves the line early lets the next one follow the one before.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        try
        {
            await before.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _ = before.ContinueWith(_ => End(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>Lets the next one begin.</summary>
    public void End() => _over.TrySetResult();
}
