using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orrery.Kernel;

namespace Orrery.Training.Train;

/// <summary>
/// Trainings that outlive the request that started them. They end with the host: one that must survive a restart is a step of a pipeline.
/// </summary>
internal sealed class BackgroundTrainings(IOptions<TrainingOptions> options, ILogger<BackgroundTrainings> logger) : IHostedService, IDisposable
{
    private readonly ConcurrentDictionary<RunId, Task> _running = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Looks before anything is written whether one more may start.</summary>
    /// <exception cref="QuotaExceededException">Too many are under way.</exception>
    public void CheckRoom()
    {
        if (_running.Count >= options.Value.MaxBackgroundTrainings)
            throw new QuotaExceededException($"{_running.Count} trainings are under way, as many as are allowed; wait for one to end, or make it a step of a pipeline.");
    }

    /// <summary>Runs a training to its end.</summary>
    public void Start(RunId run, Func<CancellationToken, Task> training)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[run] = Task.Run(async () =>
        {
            await begun.Task; // else a training that ends at once could be removed before it was added
            try
            {
                await training(_stopping.Token);
            }
            catch (OperationCanceledException)
            {
                // the run says so
            }
            catch (Exception error)
            {
                TrainingLog.TrainingFailed(logger, run, error);
            }
            finally
            {
                _running.TryRemove(run, out _);
            }
        });
        begun.SetResult();
    }

    /// <summary>Completes when none is under way.</summary>
    public Task IdleAsync() => Task.WhenAll(_running.Values);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running.Values).WaitAsync(cancellationToken);
    }

    public void Dispose() => _stopping.Dispose();
}
