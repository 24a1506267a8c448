using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orrery.Kernel;

namespace Orrery.Training.Train;

/// <summary>
/// Trainings that outlive the request that started them. They end with the host: one that must survive a restart is a step of a pipeline.
/// </summary>
internal sealed class BackgroundTrainings(ILogger<BackgroundTrainings> logger) : IHostedService, IDisposable
{
    /// <summary>Beyond this many, more trainings would only slow each other down.</summary>
    public const int MaxRunning = 4;

    private readonly ConcurrentDictionary<RunId, Task> _running = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <exception cref="QuotaExceededException">Too many are under way.</exception>
    public void Start(RunId run, Func<CancellationToken, Task> training)
    {
        if (_running.Count >= MaxRunning)
            throw new QuotaExceededException($"{MaxRunning} trainings are under way; wait for one to end, or make it a step of a pipeline.");
        _running[run] = Task.Run(async () =>
        {
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
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running.Values).WaitAsync(cancellationToken);
    }

    public void Dispose() => _stopping.Dispose();
}
