using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Training.LightGbm;
using Orrery.Training.Learners;
using Orrery.Training.Trainers;
using Orrery.Tuning.Pruners;
using Orrery.Tuning.Spaces;
using Orrery.Tuning.Studies;

namespace Orrery.Training.Train;

/// <summary>How a study came out.</summary>
/// <param name="Best">The learner with the best trial's parameters.</param>
/// <param name="State">Every trial, as JSON.</param>
/// <param name="Pruned">Trials that were stopped early.</param>
internal sealed record StudyOutcome(LearnerSpec Best, byte[] State, int Pruned);

/// <summary>Searches a learner's parameters. Every trial is a run below the training's, with its parameters and its metric after each round.</summary>
internal sealed class TrialStudy(IRuns runs, TimeProvider time)
{
    // Pruners compare trials at equal rounds. The first quarter says more of the learning rate than of the end, so that every slow learner would
    // be stopped (the flights, with pruning from round 20 of 200: all seven later trials with a rate below 0.1 were); then every tenth round is enough.
    private const int ReportEvery = 10;

    public async Task<StudyOutcome> SearchAsync(
        Caller caller, Run training, TrainerSpec spec, LearningTask task, Action<int> onTrial, CancellationToken cancellationToken)
    {
        var tune = spec.Tune!;
        var firstReport = Math.Max(ReportEvery, spec.Learner.Rounds / 4);
        var study = new Study(new SearchSpace(tune.Space), new()
        {
            Direction = task.Metric.Direction,
            Seed = (ulong)spec.Seed,
            Sampler = tune.Sampler,
            Pruner = tune.Pruner,
            MinimumResource = firstReport,
            MaximumResource = Math.Max(firstReport, spec.Learner.Rounds),
        });
        using var learner = Learner.For(spec.Learner, task);
        for (var i = 0; i < tune.Trials; i++)
        {
            await RunTrialAsync(caller, training, spec, task, study, firstReport, learner, cancellationToken);
            onTrial(i + 1);
        }

        if (study.Best is not { } best)
            throw new InvalidException($"None of the {tune.Trials} trials gave a finite {tune.Metric} on the validation part; look at their runs, and change 'tune/space'.");
        return new(
            LearnerParameters.With(spec.Learner, best.Parameters), JsonSerializer.SerializeToUtf8Bytes(study.ToState(), LedgerJson.Options),
            study.Trials.Count(t => t.State == TrialState.Pruned));
    }

    private async Task RunTrialAsync(
        Caller caller, Run training, TrainerSpec spec, LearningTask task, Study study, int firstReport, ILearner learner, CancellationToken cancellationToken)
    {
        var trial = study.Ask();
        var parameters = LearnerParameters.With(spec.Learner, trial.Parameters);
        var run = await runs.StartAsync(caller, new(
            "trial", FormattableString.Invariant($"trial {trial.Number}"), training.Folder, training.Id, spec.Seed, LearnerParameters.Describe(parameters)), cancellationToken);
        await RunGuard.RunAsync(runs, caller, run.Id, async () =>
        {
            var history = new List<MetricPoint>();
            var pruned = false;
            var key = $"validation.{task.Metric.Short}";
            var model = await Task.Run(() => learner.Fit(parameters, (round, metric) =>
            {
                history.Add(new(key, metric, round, time.GetUtcNow()));
                if (round < firstReport || round % ReportEvery != 0 || study.Report(trial.Number, round, metric) != PruningDecision.Stop)
                    return RoundVerdict.Continue;
                pruned = true;
                return RoundVerdict.Stop;
            }, cancellationToken), cancellationToken);
            var told = pruned ? study.TellPruned(trial.Number) : study.Tell(trial.Number, model.Metric);
            history.Add(new($"best.{key}", model.Metric, model.Rounds, time.GetUtcNow()));
            history.Add(new("rounds", model.Rounds, model.Rounds, time.GetUtcNow()));
            await runs.LogAsync(caller, run.Id, new()
            {
                Metrics = history,
                Tags = new Dictionary<string, string>
                {
                    ["trial.number"] = FormattableString.Invariant($"{trial.Number}"),
                    ["trial.state"] = $"{told.State}".ToLowerInvariant(),
                },
            }, cancellationToken);
        });
    }
}
