using Orrery.Kernel;

namespace Orrery.Data.Ingestion;

/// <summary>Ends a computation that takes too long, and says so.</summary>
internal sealed class TimeLimit : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;

    public TimeLimit(TimeProvider time, TimeSpan limit, CancellationToken cancellationToken)
    {
        (_limit, _caller) = (limit, cancellationToken);
        _timer = new(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _timer.Token);
    }

    /// <summary>Runs the computation.</summary>
    /// <exception cref="QuotaExceededException">It took longer.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> compute)
    {
        try
        {
            return await compute(_either.Token);
        }
        catch (OperationCanceledException) when (_timer.IsCancellationRequested && !_caller.IsCancellationRequested)
        {
            throw new QuotaExceededException($"It took longer than {_limit}; give it less at once, or raise Data:TimeLimit.");
        }
    }

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}
