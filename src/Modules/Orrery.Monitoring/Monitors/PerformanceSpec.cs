namespace Orrery.Monitoring.Monitors;

/// <summary>How a window's predictions are judged by their labels.</summary>
/// <param name="Metrics">What is measured. Default logLoss, auc, brier, ece.</param>
/// <param name="Rules">When a metric is too bad. Default: the log loss is 0.05 worse than in the model's own evaluation.</param>
/// <param name="MinLabels">A window with fewer labels is not judged, 2 or more. Default 500.</param>
/// <param name="Confidence">Of the intervals, between 0 and 1. Default 0.95.</param>
public sealed record PerformanceSpec(
    IReadOnlyList<PerformanceMetric>? Metrics = null, IReadOnlyList<PerformanceRule>? Rules = null, int MinLabels = 500, double Confidence = 0.95)
{
    private static readonly PerformanceMetric[] Usual = [PerformanceMetric.LogLoss, PerformanceMetric.Auc, PerformanceMetric.Brier, PerformanceMetric.Ece];
    private static readonly PerformanceRule[] UsualRules = [new(PerformanceMetric.LogLoss, WorseBy: 0.05)];

    internal IReadOnlyList<PerformanceMetric> Measured => Metrics ?? Usual;

    /// <summary>The default rule is about a metric that is measured by default: who names other metrics names other rules.</summary>
    internal IReadOnlyList<PerformanceRule> Judged => Rules ?? (Metrics is null || Metrics.Contains(PerformanceMetric.LogLoss) ? UsualRules : []);
}

/// <summary>What predictions are measured by; binary classes unless said otherwise.</summary>
public enum PerformanceMetric
{
    /// <summary>Mean negative log-likelihood in nats; lower is better.</summary>
    LogLoss,
    /// <summary>Area under the ROC curve; higher is better.</summary>
    Auc,
    /// <summary>Mean squared difference of probability and outcome; lower is better.</summary>
    Brier,
    /// <summary>Expected calibration error over ten bins; lower is better.</summary>
    Ece,
    /// <summary>Root mean squared error, of numbers; lower is better.</summary>
    Rmse,
    /// <summary>Mean absolute error, of numbers; lower is better.</summary>
    Mae,
}

/// <summary>
/// When a metric is too bad; exactly one of the three bounds. A metric breaks a rule only when its whole confidence interval lies on the bad side of what it is
/// compared with, so that few labels alone never alert.
/// </summary>
/// <param name="Metric">The metric; one of those measured.</param>
/// <param name="WorseBy">So much worse than in the model's own evaluation, in the metric's unit.</param>
/// <param name="WorseByShare">So much worse, as a share of the value there: 0.1 is a tenth.</param>
/// <param name="Limit">Beyond this value, whatever the evaluation said.</param>
public sealed record PerformanceRule(PerformanceMetric Metric, double? WorseBy = null, double? WorseByShare = null, double? Limit = null);
