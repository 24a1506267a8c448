using Orrery.Monitoring.Monitors;

namespace Orrery.Monitoring.Performance;

/// <summary>How a window's predictions turned out.</summary>
/// <param name="Judged">Whether there were enough labels.</param>
/// <param name="Note">Why not, or what could not be measured; null where there is nothing to say.</param>
/// <param name="Rows">Predictions with a finite score whose label came in time.</param>
/// <param name="LabelRate">Mean label: the share of positives among classes; null without rows.</param>
/// <param name="LabelRateInterval">Its confidence interval, for classes.</param>
/// <param name="Metrics">What was measured.</param>
/// <param name="Breached">Whether a rule was broken.</param>
public sealed record WindowPerformance(
    bool Judged, string? Note, long Rows, double? LabelRate, ValueInterval? LabelRateInterval, IReadOnlyList<MetricValue> Metrics, bool Breached);

/// <summary>A metric of a window.</summary>
/// <param name="Metric">Which.</param>
/// <param name="Value">Its value; NaN where it is undefined, as an AUC with one class only.</param>
/// <param name="Interval">Its confidence interval; null where it is undefined.</param>
/// <param name="Reference">Its value in the model's own evaluation; null where that has none.</param>
/// <param name="ReferenceRows">On how many rows that was; null where nobody knows.</param>
/// <param name="Bound">The value at which the rule breaks; null where no rule is about it.</param>
/// <param name="Breached">Whether the rule is broken.</param>
public sealed record MetricValue(
    PerformanceMetric Metric, double Value, ValueInterval? Interval, double? Reference, long? ReferenceRows, double? Bound, bool Breached);

/// <summary>An interval of values, both ends in it.</summary>
public sealed record ValueInterval(double Lower, double Upper);
