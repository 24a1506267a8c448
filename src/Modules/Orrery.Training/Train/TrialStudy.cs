using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Training.Learners;
using Orrery.Training.Studies;
using Orrery.Training.Trainers;

namespace Orrery.Training.Train;

/// <summary>How a study came out.</summary>
/// <param name="Best">The learner with the best trial's parameters.</param>
/// <param name="Pruned">Trials that were stopped early.</param>
internal sealed record StudyOutcome(LearnerSpec Best, int Pruned);

/// <summary>The study within a training: a run below the training's, driven as any other, which ends with the training.</summary>
internal sealed class TrialStudy(StudyLedger ledger, LiveStudies studies, StudyDriver driver, TimeProvider time)
{
    public async Task<StudyOutcome> SearchAsync(
        Caller caller, Training training, LearningTask task, Action<int> onTrial, CancellationToken cancellationToken)
    {
        var (spec, tune) = (training.Spec, training.Spec.Tune!);
        var plan = StudyPlanner.Of(training.Name, spec, tune, training.Dataset.Version.Id);
        var run = await ledger.BeginAsync(caller, plan, training.Run.Folder, training.Run.Id, [new(training.Dataset.Version.Id, "training-set")], cancellationToken);
        try
        {
            await driver.DriveAsync(caller, run.Id, () => new(spec.Learner, task, plan.Metrics, time), onTrial, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await EndAsync(caller, run.Id, RunStatus.Cancelled, null);
            throw;
        }
        catch (Exception error)
        {
            await EndAsync(caller, run.Id, RunStatus.Failed, RunGuard.Reason(error));
            throw;
        }

        return await studies.CallAsync(caller, run.Id, (live, _) => Task.FromResult(Outcome(live, spec, tune)), cancellationToken);
    }

    private Task<bool> EndAsync(Caller caller, RunId run, RunStatus status, string? error) => studies.CallAsync(caller, run, async (live, token) =>
    {
        await live.FinishAsync(caller, status, error, token);
        return true;
    }, CancellationToken.None);

    private static StudyOutcome Outcome(LiveStudy live, TrainerSpec spec, TuneSpec tune) => live.Best is { } best
        ? new(LearnerParameters.With(spec.Learner, best.Parameters), live.Status().Counts.Pruned)
        : throw new InvalidException($"None of the {tune.Trials} trials gave a finite {tune.Metric} on the validation part; look at their runs, and change 'tune/space'.");
}
