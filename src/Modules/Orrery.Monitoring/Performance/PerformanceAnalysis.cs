using Orrery.Monitoring.Monitors;
using Orrery.Statistics;
using Orrery.Statistics.Intervals;

namespace Orrery.Monitoring.Performance;

/// <summary>Judges a window's predictions by their labels and the monitor's rules.</summary>
internal static class PerformanceAnalysis
{
    private const string ReferenceRows = "test.rows";

    public static WindowPerformance Judge(PerformanceSpec spec, JudgedRows rows, IReadOnlyDictionary<string, double> evaluation)
    {
        var count = rows.Scores.Length;
        var rate = count == 0 ? (double?)null : rows.Labels.Average();
        var rateInterval = rate is { } mean && rows.IsBinary ? Bounds(ProportionInterval.Wilson(mean * count, count, spec.Confidence)) : null;
        if (count < spec.MinLabels)
            return new(false, FormattableString.Invariant($"{count} labels came in time; {spec.MinLabels} are needed"), count, rate, rateInterval, [], false);
        var metrics = spec.Measured.Select(metric => Measure(metric, spec, rows, evaluation)).ToList();
        var undefined = metrics.Where(m => double.IsNaN(m.Value)).Select(m => MetricNames.Title(m.Metric)).ToList();
        var note = undefined.Count == 0 ? null : $"undefined for these labels and scores: {string.Join(", ", undefined)}";
        return new(true, note, count, rate, rateInterval, metrics, metrics.Exists(m => m.Breached));
    }

    private static MetricValue Measure(PerformanceMetric metric, PerformanceSpec spec, JudgedRows rows, IReadOnlyDictionary<string, double> evaluation)
    {
        var (value, interval) = MetricEstimate.Of(metric, rows, spec.Confidence);
        double? reference = evaluation.TryGetValue(MetricEstimate.EvidenceName(metric), out var measured) && double.IsFinite(measured) ? measured : null;
        long? referenceRows = reference is not null && evaluation.TryGetValue(ReferenceRows, out var n) ? (long)n : null;
        var rule = spec.Judged.FirstOrDefault(r => r.Metric == metric);
        var bound = rule is null ? null : Bound(rule, reference);
        var breached = bound is { } limit && IsWorse(metric, value, limit, orEqual: true) && IsWorse(metric, BestEnd(metric, interval), rule!.Limit ?? reference!.Value, orEqual: false);
        return new(metric, value, Bounds(interval), reference, referenceRows, bound, breached);
    }

    /// <summary>The value at which a rule breaks; null where it compares with an evaluation that is not there.</summary>
    private static double? Bound(PerformanceRule rule, double? reference)
    {
        var worse = MetricNames.HigherIsBetter(rule.Metric) ? -1 : 1;
        return rule.Limit ?? (reference is not { } value ? null : value + worse * (rule.WorseBy ?? Math.Abs(value) * rule.WorseByShare!.Value));
    }

    // NaN is no worse than anything.
    private static bool IsWorse(PerformanceMetric metric, double value, double than, bool orEqual) =>
        (orEqual && value == than) || (MetricNames.HigherIsBetter(metric) ? value < than : value > than);

    private static double BestEnd(PerformanceMetric metric, Interval interval) => MetricNames.HigherIsBetter(metric) ? interval.Upper : interval.Lower;

    private static ValueInterval? Bounds(Interval interval) => double.IsNaN(interval.Lower) ? null : new(interval.Lower, interval.Upper);
}

/// <summary>How people call metrics.</summary>
internal static class MetricNames
{
    public static string Title(PerformanceMetric metric) => metric switch
    {
        PerformanceMetric.LogLoss => "log loss",
        PerformanceMetric.Auc => "AUC",
        PerformanceMetric.Brier => "Brier score",
        PerformanceMetric.Ece => "calibration error",
        PerformanceMetric.Rmse => "root mean squared error",
        _ => "mean absolute error",
    };

    public static bool HigherIsBetter(PerformanceMetric metric) => metric == PerformanceMetric.Auc;
}
