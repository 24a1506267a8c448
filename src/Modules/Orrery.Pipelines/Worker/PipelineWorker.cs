using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orrery.Kernel;
using Orrery.Pipelines.Runs;
using Orrery.Pipelines.Storage;
using Orrery.Platform.Hosting;
using Orrery.Platform.Work;

namespace Orrery.Pipelines.Worker;

/// <summary>
/// Takes runs from the queue and drives them under a lease. A worker that dies lets its lease run out, and another goes on; one that is stopped
/// gives its run back at once.
/// </summary>
internal sealed partial class PipelineWorker(
    IWorkQueue queue, PipelineStore store, RunDriver driver, RunBoard board, IOptions<PipelinesOptions> options, TimeProvider clock, ILogger<PipelineWorker> logger)
    : BackgroundLoop
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);   // after something failed that is not a step
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    protected override async Task RunAsync(CancellationToken stopping)
    {
        await Task.Yield();
        if (options.Value.Workers == 0)
            return;
        await GuardAsync(EnqueueAcceptedAsync, stopping);
        await Task.WhenAll(Enumerable.Range(1, options.Value.Workers).Select(number => LoopAsync(
            string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}/{number}"), stopping)));
    }

    // A run that was accepted just before its process died may not have reached the queue. The queue keeps one item for each run.
    private async Task EnqueueAcceptedAsync(CancellationToken cancellationToken)
    {
        foreach (var run in await store.LeftOverAsync(cancellationToken))
            await queue.EnqueueAsync(PipelineRuns.Queue, run.Id, default, cancellationToken: cancellationToken);
    }

    private async Task LoopAsync(string worker, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await GuardAsync(async token =>
            {
                if (await queue.TryTakeAsync(PipelineRuns.Queue, worker, options.Value.Lease, token) is { } item)
                    await WorkAsync(item, token);
                else
                    await queue.WaitAsync(PipelineRuns.Queue, LongestWait, token);
            }, stopping);
        }
    }

    private async Task GuardAsync(Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        try
        {
            await work(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping.
        }
        catch (Exception error) // the loop's border
        {
            Failed(error);
            await Task.WhenAny(Task.Delay(Pause, clock, stopping));
        }
    }

    private async Task WorkAsync(WorkItem item, CancellationToken stopping)
    {
        var run = new RunId(Guid.Parse(item.Key));
        using var cancelled = new CancellationTokenSource();
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var done = new CancellationTokenSource();
        board.Begin(run, cancelled);
        var beat = BeatAsync(item, run, cancelled, lost, done.Token);
        try
        {
            if ((await store.FindAsync(run, lost.Token))?.Cancel == true)
                await cancelled.CancelAsync();
            await driver.DriveAsync(run, new(cancelled.Token, lost.Token));
            await queue.CompleteAsync(item, lost.Token);
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            LeftTo(item.Key);
            if (stopping.IsCancellationRequested)
                await queue.ReleaseAsync(item, clock.GetUtcNow(), CancellationToken.None); // somebody else may go on at once
        }
        catch (Exception)
        {
            await queue.ReleaseAsync(item, clock.GetUtcNow() + Pause * Math.Pow(2, Math.Min(item.Attempt, 6)), CancellationToken.None);
            throw;
        }
        finally
        {
            await done.CancelAsync();
            await beat;
            board.End(run);
        }
    }

    // Three times within a lease: renews it, learns of cancels by other processes, writes down how far the steps are.
    private async Task BeatAsync(WorkItem item, RunId run, CancellationTokenSource cancelled, CancellationTokenSource lost, CancellationToken done)
    {
        var held = clock.GetTimestamp();
        while (!done.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(options.Value.Lease / 3, clock, done);
                if (!await queue.RenewAsync(item, options.Value.Lease, done))
                {
                    await lost.CancelAsync();
                    return;
                }

                held = clock.GetTimestamp();
                if ((await store.FindAsync(run, done))?.Cancel == true)
                    await cancelled.CancelAsync();
                if (board.ProgressOf(run) is { Count: > 0 } progress)
                    await store.SaveProgressAsync(run, progress, done);
            }
            catch (OperationCanceledException) when (done.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                Failed(error);
                if (clock.GetElapsedTime(held) >= options.Value.Lease)
                {
                    await lost.CancelAsync(); // nobody knows any more whose it is
                    return;
                }
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The worker of pipelines failed; it goes on")]
    private partial void Failed(Exception error);

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {Run} is left to another worker, or to the next start")]
    private partial void LeftTo(string run);
}
