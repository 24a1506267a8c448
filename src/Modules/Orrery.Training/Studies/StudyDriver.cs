using Microsoft.Extensions.Logging;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Training.Train;
using Orrery.Tuning.Studies;

namespace Orrery.Training.Studies;

/// <summary>Runs the trials of a study in this process, several at once where wanted, until there are none left.</summary>
internal sealed class StudyDriver(LiveStudies studies, TimeProvider time, ILogger<StudyDriver> logger)
{
    // Then it is not the parameters: a space that the learner refuses, a disk that is full.
    private const int MostFailuresInARow = 5;

    /// <summary>Runs what is left of a study, and ends its run.</summary>
    /// <param name="caller">Whose runs the trials are.</param>
    /// <param name="run">The study's run.</param>
    /// <param name="objective">Makes an objective for one worker.</param>
    /// <param name="onTrial">Told how many trials have ended.</param>
    /// <param name="cancellationToken">Leaves it where it is: trials under way are not told of.</param>
    /// <exception cref="InvalidException">Several trials in a row failed.</exception>
    public async Task DriveAsync(Caller caller, RunId run, Func<TrainerObjective> objective, Action<int>? onTrial, CancellationToken cancellationToken)
    {
        var plan = await studies.CallAsync(caller, run, async (live, token) =>
        {
            await live.DropMineAsync(caller, token);
            return live.Plan;
        }, cancellationToken);
        var failures = 0;
        while (true)
        {
            using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAll(Enumerable.Range(1, plan.Workers).Select(number => WorkAsync(StudyWorker.Here(number), failed)));
            var hasEnded = await studies.CallAsync(caller, run, async (live, token) =>
            {
                await live.DropLostAsync(caller, token);
                await live.FinishIfDoneAsync(caller, token);
                return live.HasEnded;
            }, cancellationToken);
            if (hasEnded)
                return;
            // A worker outside holds the last trial; it may be lost yet.
            await Task.Delay(plan.Lease / 3, time, cancellationToken);
        }

        async Task WorkAsync(string worker, CancellationTokenSource failed)
        {
            using var mine = objective();
            while (true)
            {
                failed.Token.ThrowIfCancellationRequested();
                var (offer, live) = await studies.CallAsync(caller, run, async (live, token) =>
                    (live.HasEnded ? new TrialOffer(null, true, plan.Lease.TotalSeconds) : await live.AskAsync(caller, worker, token), live), failed.Token);
                if (offer.Trial is not { } trial)
                    return;
                var fit = await RunAsync(live, mine, trial, failed.Token);
                try
                {
                    await studies.CallAsync(caller, run, async (owner, token) => await owner.TellAsync(caller, trial.Number, worker, fit.Result, fit.Course, token), failed.Token);
                }
                catch (ConflictException)
                {
                    return; // somebody ended the study
                }

                if (fit.Result.State == TrialState.Failed ? Interlocked.Increment(ref failures) >= MostFailuresInARow : Interlocked.Exchange(ref failures, 0) < 0)
                {
                    await failed.CancelAsync();
                    throw new InvalidException($"{MostFailuresInARow} trials in a row failed, the last with: {fit.Result.Reason}");
                }

                onTrial?.Invoke(trial.Number + 1);
            }
        }
    }

    private async Task<TrialFit> RunAsync(LiveStudy live, TrainerObjective objective, StudyTrial trial, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(() => objective.Run(trial.Parameters, (round, metric) => live.Judge(trial.Number, round, metric), cancellationToken), cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException) // a trial's border: the study goes on
        {
            TrainingLog.TrialFailed(logger, trial.Number, trial.Run!.Value, error);
            return new(new(TrialState.Failed, Reason: RunGuard.Reason(error)), []);
        }
    }
}
