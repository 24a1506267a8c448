using System.Globalization;
using Orrery.Monitoring.Drift;
using Orrery.Monitoring.Monitors;
using Orrery.Monitoring.Performance;
using Orrery.Monitoring.Storage;
using Orrery.Platform.Signals;

namespace Orrery.Monitoring.Alerts;

/// <summary>Writes an alert as a sentence with the figures that a reader asks for next.</summary>
internal static class AlertText
{
    private const int MostNamed = 3;

    public static string Drift(string endpoint, WindowRow window, WindowDrift drift, string reference)
    {
        var drifted = drift.Features.Where(f => f.Drifted).ToList();
        var compared = drift.Features.Count;
        return FormattableString.Invariant(
            $"{drifted.Count} of {compared} features of {endpoint} drifted in {Span(window)} (n={window.Predictions:N0}) against {reference}; most of all {Named(drifted)}.");
    }

    public static string Performance(string endpoint, WindowRow window, WindowPerformance performance, MetricValue metric, PerformanceRule rule, WindowDrift? drift)
    {
        var moved = MetricNames.HigherIsBetter(metric.Metric) ? "fell" : "rose";
        var title = MetricNames.Title(metric.Metric);
        var figures = FormattableString.Invariant($"{title} of {endpoint} {moved} to {Value(metric.Value)} in {Span(window)} (n={performance.Rows:N0}{Interval(metric)})");
        var than = metric.Reference is { } reference
            ? $", from {Value(reference)} on the test part of its training set{(metric.ReferenceRows is { } rows ? FormattableString.Invariant($" (n={rows:N0})") : "")}"
            : "";
        var limit = rule.Limit is { } bound ? $", beyond the limit of {Value(bound)}" : "";
        var features = drift?.Features.Where(f => f.Drifted).ToList() ?? [];
        var cause = drift is not { Judged: true } ? "" : features.Count == 0 ? "; no feature drifted" : $"; the features that drifted most: {Named(features)}";
        return $"{char.ToUpperInvariant(figures[0])}{figures[1..]}{than}{limit}{cause}.";
    }

    private static string Named(IEnumerable<FeatureDrift> features) => string.Join(", ", features
        .OrderByDescending(f => f.Distance / f.Threshold).ThenBy(f => f.Feature, StringComparer.Ordinal).Take(MostNamed)
        .Select(f => $"{f.Feature} ({Method(f.Method)} {Value(f.Distance)})"));

    private static string Method(DriftMethod method) => method switch
    {
        DriftMethod.Psi => "PSI",
        DriftMethod.Ks => "KS",
        DriftMethod.Wasserstein => "Wasserstein",
        DriftMethod.JensenShannon => "JS",
        DriftMethod.Chi2 => "Cramér's V",
        _ => "Hellinger",
    };

    private static string Interval(MetricValue metric) => metric.Interval is { } i ? $", {Value(i.Lower)} to {Value(i.Upper)}" : "";

    private static string Value(double value) => value.ToString(Math.Abs(value) >= 100 ? "0" : "0.00#", CultureInfo.InvariantCulture);

    /// <summary>In words, where the window has one: the week of 12 February, 12 February, the hour …</summary>
    private static string Span(WindowRow window)
    {
        var (start, length) = (SignalBatch.FromMicroseconds(window.Start), TimeSpan.FromMicroseconds(window.End - window.Start));
        var day = start.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);
        if (length == TimeSpan.FromDays(7))
            return $"the week of {day}";
        if (length == TimeSpan.FromDays(1))
            return $"the day of {day}";
        return $"the window from {start.ToString("d MMMM yyyy HH:mm", CultureInfo.InvariantCulture)} to {(start + length).ToString("d MMMM yyyy HH:mm", CultureInfo.InvariantCulture)} UTC";
    }
}
