using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orrery.Platform.Signals;

namespace Orrery.Serving.Canaries;

/// <summary>Brings the outcomes of an endpoint to its canary while one runs.</summary>
internal sealed class OutcomeFollower(ISignalLog signals, TimeProvider time, ILogger<OutcomeFollower> logger) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Following> _following = new(StringComparer.Ordinal);

    /// <summary>The offset that the next outcome will have.</summary>
    public long End(string endpoint) => signals.Open(OutcomeStream.Name(endpoint), OutcomeStream.Schema).End;

    /// <summary>Hands every batch from an offset on to <paramref name="observe"/>, in order, until it says that it has enough.</summary>
    public void Start(string endpoint, long from, Func<SignalBatch, Task<bool>> observe)
    {
        Stop(endpoint);
        var following = new Following();
        _following[endpoint] = following;
        following.Task = Task.Run(() => FollowAsync(endpoint, from, observe, following.Stopping.Token));
    }

    /// <summary>Hands on no more. Does not wait: the caller may be the one who is being handed a batch.</summary>
    public void Stop(string endpoint)
    {
        if (_following.TryRemove(endpoint, out var following))
            following.Stopping.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (endpoint, following) in _following)
        {
            Stop(endpoint);
            await following.Task;
            following.Stopping.Dispose();
        }
    }

    private async Task FollowAsync(string endpoint, long from, Func<SignalBatch, Task<bool>> observe, CancellationToken cancellationToken)
    {
        var next = from;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var stream = signals.Open(OutcomeStream.Name(endpoint), OutcomeStream.Schema);
                await foreach (var batch in stream.FollowAsync(next, cancellationToken))
                {
                    if (!await observe(batch))
                        return;
                    next = batch.FirstOffset + batch.Count;
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception error)
            {
                // A full disk or a busy database: the canary waits, the endpoint goes on answering.
                ServingLog.OutcomesFailed(logger, endpoint, error);
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private sealed class Following
    {
        public CancellationTokenSource Stopping { get; } = new();

        public Task Task { get; set; } = Task.CompletedTask;
    }
}
