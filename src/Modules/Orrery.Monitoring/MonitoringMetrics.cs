using System.Diagnostics;
using System.Diagnostics.Metrics;
using Orrery.Monitoring.Windows;

namespace Orrery.Monitoring;

/// <summary>What monitoring tells a metrics collector: meter <c>Orrery.Monitoring</c>.</summary>
internal static class MonitoringMetrics
{
    public const string MeterName = "Orrery.Monitoring";

    private static readonly Meter Meter = new(MeterName);

    public static Counter<long> Labels { get; } = Meter.CreateCounter<long>("orrery.monitoring.labels", "{label}", "Labels read, by endpoint.");

    public static Counter<long> Outcomes { get; } =
        Meter.CreateCounter<long>("orrery.monitoring.outcomes", "{outcome}", "Predictions that were joined with their label, by endpoint.");

    public static Counter<long> Alerts { get; } = Meter.CreateCounter<long>("orrery.monitoring.alerts", "{alert}", "Alerts raised, by monitor and kind.");

    public static Histogram<double> Evaluations { get; } =
        Meter.CreateHistogram<double>("orrery.monitoring.evaluation", "s", "Time to close or settle a window, by monitor.", advice: new()
        {
            HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
        });

    public static TagList Tags(ActiveMonitor monitor, string phase) =>
        new() { { "workspace", monitor.Caller.Workspace }, { "monitor", monitor.Name }, { "phase", phase } };
}
