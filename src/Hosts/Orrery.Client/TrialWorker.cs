using Orrery.Kernel;

namespace Orrery.Client;

/// <summary>A worker of a study: asks for trials, says that it is alive while it runs them, and tells what came of them, until there are none left.</summary>
public sealed class TrialWorker(StudiesClient studies, string name, TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Runs trials until the study has none left.</summary>
    /// <param name="run">The study's run.</param>
    /// <param name="objective">
    /// Runs a trial and gives its metrics; null where it was pruned. Its token is cancelled when the trial is no longer this worker's. What it throws makes the trial failed.
    /// </param>
    /// <param name="cancellationToken">Ends the worker; its trial is given to another when its lease runs out.</param>
    /// <returns>How many trials it ran.</returns>
    public async Task<int> RunAsync(
        RunId run, Func<StudyTrial, CancellationToken, Task<IReadOnlyDictionary<string, double>?>> objective, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(objective);
        for (var ran = 0; ;)
        {
            TrialOffer offer;
            try
            {
                offer = await studies.AskAsync(run, name, cancellationToken).ConfigureAwait(false);
            }
            catch (ConflictException)
            {
                return ran; // the run has ended
            }

            if (offer.Done)
                return ran;
            if (offer.Trial is { } trial)
            {
                await RunAsync(run, trial, TimeSpan.FromSeconds(offer.LeaseSeconds), objective, cancellationToken).ConfigureAwait(false);
                ran++;
            }
            else
                await Task.Delay(TimeSpan.FromSeconds(offer.LeaseSeconds / 3), _time, cancellationToken).ConfigureAwait(false); // others run the last ones, and one of them may be lost yet
        }
    }

    private async Task RunAsync(
        RunId run, StudyTrial trial, TimeSpan lease, Func<StudyTrial, CancellationToken, Task<IReadOnlyDictionary<string, double>?>> objective, CancellationToken cancellationToken)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var beat = BeatAsync(run, trial.Number, lease, lost, done.Token);
        try
        {
            var metrics = await objective(trial, lost.Token).ConfigureAwait(false);
            if (metrics is null)
                await studies.TellPrunedAsync(run, trial.Number, name, lost.Token).ConfigureAwait(false);
            else
                await studies.TellAsync(run, trial.Number, name, metrics, lost.Token).ConfigureAwait(false);
        }
        catch (Exception) when (lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Somebody else has the trial.
        }
        catch (Exception error) when (error is not (OperationCanceledException or OrreryException))
        {
            await studies.TellFailedAsync(run, trial.Number, name, error.Message, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await done.CancelAsync().ConfigureAwait(false);
            await beat.ConfigureAwait(false);
        }
    }

    private async Task BeatAsync(RunId run, int trial, TimeSpan lease, CancellationTokenSource lost, CancellationToken done)
    {
        try
        {
            while (true)
            {
                await Task.Delay(lease / 3, _time, done).ConfigureAwait(false);
                try
                {
                    await studies.BeatAsync(run, trial, name, done).ConfigureAwait(false);
                }
                catch (UnavailableException)
                {
                    // The server starts again; what it says then counts.
                }
            }
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested)
        {
            // The trial has ended.
        }
        catch (OrreryException)
        {
            await lost.CancelAsync().ConfigureAwait(false);
        }
    }
}
