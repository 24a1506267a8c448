using Orrery.Kernel;

namespace Orrery.Data.Ingestion;

/// <summary>Ends a computation that takes too long, and says so.</summary>
internal sealed class TimeLimit : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _source;
    private readonly ITimer _timer;

    public TimeLimit(TimeProvider time, TimeSpan limit, CancellationToken cancellationToken)
    {
        (_limit, _caller) = (limit, cancellationToken);
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _timer = time.CreateTimer(_ => _source.Cancel(), null, limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Runs the computation.</summary>
    /// <exception cref="QuotaExceededException">It took longer.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> compute)
    {
        try
        {
            return await compute(_source.Token);
        }
        catch (OperationCanceledException) when (_source.IsCancellationRequested && !_caller.IsCancellationRequested)
        {
            throw new QuotaExceededException($"It took longer than {_limit}; give it less at once, or raise Data:TimeLimit.");
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }
}
