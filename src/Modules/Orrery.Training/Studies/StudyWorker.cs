using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Training.Train;
using Orrery.Platform.Hosting;
using Orrery.Platform.Work;

namespace Orrery.Training.Studies;

/// <summary>
/// Takes studies of trainers from the queue and runs their trials under a lease. A server that dies lets its lease run out, and whoever takes the study next goes on with what the
/// ledger says; one that is stopped gives it back at once.
/// </summary>
internal sealed class StudyWorker(
    IWorkQueue queue, LiveStudies studies, StudyRows rows, StudyDriver driver, IOptions<TrainingOptions> options, TimeProvider clock, ILogger<StudyWorker> logger)
    : BackgroundLoop
{
    public const string Queue = "studies";

    private const string Server = "server/";
    private const int MostAttempts = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1); // after something failed that is not a trial
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private static readonly string Process = string.Create(CultureInfo.InvariantCulture, $"{Server}{Environment.MachineName}/{Environment.ProcessId}/");

    /// <summary>The name of a worker of this process.</summary>
    public static string Here(int number) => Process + number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether a worker is one of this process.</summary>
    public static bool IsHere(string worker) => worker.StartsWith(Process, StringComparison.Ordinal);

    /// <summary>Whether a worker is one of this server, now or in an earlier life.</summary>
    public static bool IsServer(string worker) => worker.StartsWith(Server, StringComparison.Ordinal);

    protected override async Task RunAsync(CancellationToken stopping)
    {
        await Task.Yield();
        await Task.WhenAll(Enumerable.Range(1, options.Value.Studies).Select(number => LoopAsync(Here(number), stopping)));
    }

    /// <summary>Works on one study, where one waits.</summary>
    public async Task<bool> TryWorkAsync(string worker, CancellationToken stopping)
    {
        if (await queue.TryTakeAsync(Queue, worker, options.Value.StudyLease, stopping) is not { } item)
            return false;
        await WorkAsync(item, stopping);
        return true;
    }

    private async Task LoopAsync(string worker, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (!await TryWorkAsync(worker, stopping))
                    await queue.WaitAsync(Queue, LongestWait, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // Stopping.
            }
            catch (Exception error) // the loop's border
            {
                TrainingLog.StudyWorkerFailed(logger, error);
                await Task.WhenAny(Task.Delay(Pause, clock, stopping));
            }
        }
    }

    private async Task WorkAsync(WorkItem item, CancellationToken stopping)
    {
        var run = new RunId(Guid.Parse(item.Key));
        var caller = Caller.System("training", Encoding.UTF8.GetString(item.Payload.Span));
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var done = new CancellationTokenSource();
        var beat = BeatAsync(item, lost, done.Token);
        try
        {
            await RunAsync(caller, run, lost.Token);
            await queue.CompleteAsync(item, lost.Token);
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            TrainingLog.StudyLeft(logger, run);
            if (stopping.IsCancellationRequested)
                await queue.ReleaseAsync(item, clock.GetUtcNow(), CancellationToken.None); // somebody else may go on at once
        }
        catch (Exception error) when (error is OrreryException || item.Attempt >= MostAttempts)
        {
            TrainingLog.StudyFailed(logger, run, error);
            await FailAsync(caller, run, error, lost.Token);
            await queue.CompleteAsync(item, lost.Token);
        }
        catch (Exception)
        {
            await queue.ReleaseAsync(item, clock.GetUtcNow() + Pause * Math.Pow(2, item.Attempt), CancellationToken.None);
            throw;
        }
        finally
        {
            await done.CancelAsync();
            await beat;
        }
    }

    private async Task RunAsync(Caller caller, RunId run, CancellationToken cancellationToken)
    {
        var (plan, hasEnded) = await studies.CallAsync(caller, run, (live, _) => Task.FromResult((live.Plan, live.HasEnded)), cancellationToken);
        if (hasEnded)
            return;
        var task = await rows.ReadAsync(caller, plan.Trainer!, cancellationToken);
        await driver.DriveAsync(caller, run, () => new(plan.Trainer!.Spec.Learner, task, plan.Metrics, clock), null, cancellationToken);
    }

    private async Task FailAsync(Caller caller, RunId run, Exception error, CancellationToken cancellationToken)
    {
        try
        {
            await studies.CallAsync(caller, run, async (live, token) =>
            {
                await live.FinishAsync(caller, RunStatus.Failed, RunGuard.Reason(error), token);
                return true;
            }, cancellationToken);
        }
        catch (NotFoundException)
        {
            // Nothing is left that could be said to have failed.
        }
    }

    // Three times within a lease.
    private async Task BeatAsync(WorkItem item, CancellationTokenSource lost, CancellationToken done)
    {
        var held = clock.GetTimestamp();
        while (!done.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(options.Value.StudyLease / 3, clock, done);
                if (!await queue.RenewAsync(item, options.Value.StudyLease, done))
                    await lost.CancelAsync();
                held = clock.GetTimestamp();
            }
            catch (OperationCanceledException) when (done.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                TrainingLog.StudyWorkerFailed(logger, error);
                if (clock.GetElapsedTime(held) >= options.Value.StudyLease)
                    await lost.CancelAsync(); // nobody knows any more whose it is
            }

            if (lost.IsCancellationRequested)
                return;
        }
    }
}
