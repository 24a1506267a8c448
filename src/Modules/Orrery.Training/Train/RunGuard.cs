using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;

namespace Orrery.Training.Train;

/// <summary>Ends a run as its work ended, whichever way that was.</summary>
internal static class RunGuard
{
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
            await runs.FinishAsync(caller, run, RunStatus.Failed, Reason(error), cancellationToken: CancellationToken.None);
            throw;
        }
    }

    /// <summary>Why work failed, as a reader of runs may know it: the text of anything but a refusal may hold what they should not see. The log of the host has it.</summary>
    public static string Reason(Exception error) => error is OrreryException ? error.Message : $"It failed with {error.GetType().Name}.";
}
