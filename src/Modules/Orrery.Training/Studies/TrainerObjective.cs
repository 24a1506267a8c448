using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Statistics.Metrics;
using Orrery.Training.Evaluation;
using Orrery.Training.LightGbm;
using Orrery.Training.Learners;
using Orrery.Training.Trainers;
using Orrery.Tuning.Pruners;
using Orrery.Tuning.Spaces;
using Orrery.Tuning.Studies;

namespace Orrery.Training.Studies;

/// <summary>A trial's result and its course, round by round.</summary>
internal sealed record TrialFit(TrialResult Result, IReadOnlyList<MetricPoint> Course);

/// <summary>Runs trials of a trainer: fits its learner with a trial's parameters on prepared rows. One thread at a time.</summary>
internal sealed class TrainerObjective(LearnerSpec learner, LearningTask task, IReadOnlyList<string> metrics, TimeProvider time) : IDisposable
{
    /// <summary>How many trees or iterations the model has.</summary>
    public const string Rounds = "rounds";

    /// <summary>The size of the model in its learner's own form.</summary>
    public const string ModelBytes = "model.bytes";

    private const string Validation = "validation";

    // Pruners compare trials at equal rounds. The first quarter says more of the learning rate than of the end, so that every slow learner would
    // be stopped (the flights, with pruning from round 20 of 200: all seven later trials with a rate below 0.1 were); then every tenth round is enough.
    public const int ReportEvery = 10;

    private static readonly string[] Scored =
        [EvidenceNames.Auc, EvidenceNames.AveragePrecision, EvidenceNames.LogLoss, EvidenceNames.Brier, EvidenceNames.CalibrationError];

    private readonly ILearner _learner = Learner.For(learner, task);

    /// <summary>What a trial of a trainer can be judged by.</summary>
    public static IReadOnlyList<string> Metrics { get; } = [.. Scored.Select(name => $"{Validation}.{name}"), Rounds, ModelBytes];

    public static int FirstReport(LearnerSpec learner) => Math.Max(ReportEvery, learner.Rounds / 4);

    /// <summary>Which way a metric is better.</summary>
    /// <exception cref="InvalidException">Trials of trainers do not have it.</exception>
    public static MetricDirection Direction(string metric)
    {
        if (Metrics.Contains(metric))
            return metric is $"{Validation}.{EvidenceNames.Auc}" or $"{Validation}.{EvidenceNames.AveragePrecision}" ? MetricDirection.HigherIsBetter : MetricDirection.LowerIsBetter;
        var nearest = NearestName.Of(metric, Metrics) is { } near ? $" Did you mean '{near}'?" : "";
        throw new InvalidException($"A trial of a trainer has no metric '{metric}'; it has {string.Join(", ", Metrics)}.{nearest}");
    }

    /// <summary>The metric's name among those of a trial.</summary>
    public static string NameOf(StudyMetric metric) => $"{Validation}.{metric.Short}";

    public TrialFit Run(IReadOnlyDictionary<string, ParameterValue> parameters, Func<int, double, PruningDecision> report, CancellationToken cancellationToken)
    {
        var spec = LearnerParameters.With(learner, parameters);
        var course = new List<MetricPoint>();
        var pruned = false;
        var steering = NameOf(task.Metric);
        var model = _learner.Fit(spec, (round, metric) =>
        {
            course.Add(new(steering, metric, round, time.GetUtcNow()));
            pruned = report(round, metric) == PruningDecision.Stop;
            return pruned ? RoundVerdict.Stop : RoundVerdict.Continue;
        }, cancellationToken);
        if (pruned)
            return new(new(TrialState.Pruned, new Dictionary<string, double> { [Rounds] = model.Rounds }), course);
        var found = new Dictionary<string, double> { [steering] = model.Metric, [Rounds] = model.Rounds };
        if (metrics.Contains(ModelBytes))
            found[ModelBytes] = model.Native.Bytes.Length;
        // The learner gives its own metric; others cost a pass over the validation part.
        if (metrics.Any(metric => !found.ContainsKey(metric)))
        {
            using var native = NativeModel.Load(spec.Type, model.Native.Bytes);
            foreach (var (name, value) in ScoredRows.Of(task.Validation.Label, Evaluator.Probabilities(native, task.Validation)).Evidence(Validation))
            {
                if (metrics.Contains(name))
                    found[name] = value;
            }
        }

        return new(new(TrialState.Complete, found), course);
    }

    public void Dispose() => _learner.Dispose();
}
