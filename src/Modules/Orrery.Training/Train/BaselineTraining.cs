using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Training.Evaluation;
using Orrery.Training.Learners;
using Orrery.Training.Trainers;

namespace Orrery.Training.Train;

/// <summary>What the baseline did on the test rows.</summary>
internal sealed record BaselineResult(string Learner, ScoredRows Test);

/// <summary>Trains the baseline on the same rows as the model, in a run of its own.</summary>
internal sealed class BaselineTraining(IRuns runs, TimeProvider time)
{
    public async Task<BaselineResult> TrainAsync(
        Caller caller, Training training, RowParts parts, PreparedParts prepared, StudyMetric metric, CancellationToken cancellationToken)
    {
        var baseline = training.Spec.Baseline!;
        var run = await runs.StartAsync(caller, new(
            "baseline", $"baseline {baseline.Learner.Type}", training.Run.Folder, training.Run.Id, training.Spec.Seed,
            LearnerParameters.Describe(baseline.Learner)), cancellationToken);
        return await RunGuard.RunAsync(runs, caller, run.Id, async () =>
        {
            var test = await Task.Run(() => Fit(training.Spec, baseline, parts, prepared, metric, cancellationToken), cancellationToken);
            await runs.LogAsync(caller, run.Id, new()
            {
                Metrics = [.. test.Evidence("test").Select(e => new MetricPoint(e.Key, e.Value, 0, time.GetUtcNow()))],
            }, cancellationToken);
            return new BaselineResult(baseline.Learner.Type, test);
        });
    }

    private static ScoredRows Fit(
        TrainerSpec spec, BaselineSpec baseline, RowParts parts, PreparedParts prepared, StudyMetric metric, CancellationToken cancellationToken)
    {
        var own = baseline.Transform is { } transform ? PreparedParts.Of(transform, parts, spec.Seed, cancellationToken) : prepared;
        using var learner = Learner.For(baseline.Learner, new(own.Training, own.Validation, metric, spec.Seed, spec.Threads));
        var model = learner.Fit(baseline.Learner, cancellationToken: cancellationToken);
        using var native = NativeModel.Load(baseline.Learner.Type, model.Native.Bytes);
        return ScoredRows.Of(own.Test.Label, Evaluator.Probabilities(native, own.Test));
    }
}
