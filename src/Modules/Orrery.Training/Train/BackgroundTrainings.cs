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

    /// <exception cref="QuotaExceededException">Too many are under way.</exception>
    public void Start(RunId run, Func<CancellationToken, Task> training)
    {
        if (_running.Count >= options.Value.MaxBackgroundTrainings)
            throw new QuotaExceededException($"{_running.Count} trainings are under way, as many as are allowed; wait for one to end, or make it a step of a pipeline.");
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
