using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;

namespace Orrery.Training.Train;

/// <summary>Ends a run as its work ended, whichever way that was.</summary>
internal static class RunGuard
{
    public static async Task RunAsync(IRuns runs, Caller caller, RunId run, Func<Task> work) => await RunAsync(runs, caller, run, async () =>
    {
        await work();
        return true;
    });

    public static async Task<T> RunAsync<T>(IRuns runs, Caller caller, RunId run, Func<Task<T>> work)
    {
        try
        {
            var result = await work();
            await runs.FinishAsync(caller, run, RunStatus.Finished, cancellationToken: CancellationToken.None);
            return result;
        }
        catch (OperationCanceledException)
        {
            await runs.FinishAsync(caller, run, RunStatus.Cancelled, cancellationToken: CancellationToken.None);
            throw;
        }
        catch (Exception error)
        {
            // The text of anything but a refusal may hold what a reader of runs should not see; the log of the host has it.
            var reason = error is OrreryException ? error.Message : $"It failed with {error.GetType().Name}.";
            await runs.FinishAsync(caller, run, RunStatus.Failed, reason, CancellationToken.None);
            throw;
        }
    }
}
