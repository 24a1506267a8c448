using Orrery.Statistics.Metrics;
using Orrery.Tuning.Spaces;
using Orrery.Tuning.Studies;

namespace Orrery.Training.Studies;

/// <summary>A declared search for the best parameters (<c>kind: Study</c>): of a trainer, or of anything that workers outside run (ask and tell).</summary>
/// <param name="Trainer">Whose learner's parameters are searched; left out, workers outside run the trials.</param>
/// <param name="TrainingSet">The dataset that trials train on; the trainer's own where it is left out.</param>
/// <param name="Space">The parameters; the trainer's own <c>tune.space</c> where it is left out, and without a trainer what workers ask for by and by.</param>
/// <param name="Objectives">
/// What is to become large or small; a trainer's <c>tune.metric</c> on its validation part where it is left out. Of a trainer's trial: <c>validation.auc</c>, <c>validation.average_precision</c>,
/// <c>validation.logloss</c>, <c>validation.brier</c>, <c>validation.ece</c>, <c>rounds</c>, <c>model.bytes</c>. The first of the first three steers early stopping and pruning.
/// </param>
/// <param name="Constraints">What a trial must keep to be the best.</param>
/// <param name="Sampler">What proposes points; of several objectives <c>nsgaII</c>, <c>quasiRandom</c>, <c>random</c> or <c>grid</c>.</param>
/// <param name="Pruner">What stops trials that fall behind; none with several objectives.</param>
/// <param name="Trials">How many are run, 1 to 100,000; those that are tried again do not count twice.</param>
/// <param name="Workers">How many trials of a trainer run at once, 1 to 64.</param>
/// <param name="Sample">The share of training rows that a trainer's trials train on, evenly spread over time. Above 0, to 1.</param>
/// <param name="Seed">Of everything that is left to chance.</param>
/// <param name="Lease">How long a worker outside may say nothing before its trial counts as lost; a second to a day, a minute where it is left out.</param>
/// <param name="Attempts">How often a point is tried in all where its worker dies; 1 to 10.</param>
/// <param name="Enqueue">Points to try first; the sampler chooses what they leave open.</param>
/// <param name="WarmStart">Studies whose ended trials are learnt from before the first; their space must be the same.</param>
public sealed record StudySpec(
    string? Trainer = null, string? TrainingSet = null, IReadOnlyList<ParameterSpec>? Space = null, IReadOnlyList<ObjectiveSpec>? Objectives = null,
    IReadOnlyList<ConstraintSpec>? Constraints = null, SamplerKind Sampler = SamplerKind.Tpe, PrunerKind Pruner = PrunerKind.None, int Trials = 100, int Workers = 1,
    double Sample = 1, int Seed = 42, TimeSpan? Lease = null, int Attempts = 3, IReadOnlyList<IReadOnlyDictionary<string, ParameterValue>>? Enqueue = null,
    IReadOnlyList<string>? WarmStart = null);

/// <summary>What is to become large or small.</summary>
/// <param name="Metric">Its name among what a trial is told with.</param>
/// <param name="Direction">Which way is better; a trainer's metrics know it themselves, others get smaller where it is left out.</param>
public sealed record ObjectiveSpec(string Metric, MetricDirection? Direction = null);

/// <summary>A bound that a trial must keep to be the best.</summary>
/// <param name="Metric">Its name among what a trial is told with.</param>
/// <param name="AtMost">The largest value that keeps it.</param>
/// <param name="AtLeast">The smallest value that keeps it.</param>
public sealed record ConstraintSpec(string Metric, double? AtMost = null, double? AtLeast = null)
{
    /// <summary>By how much a value breaks it; 0 or below where it keeps it.</summary>
    public double Violation(double value) => Math.Max(
        AtMost is { } most ? value - most : double.NegativeInfinity, AtLeast is { } least ? least - value : double.NegativeInfinity);
}
