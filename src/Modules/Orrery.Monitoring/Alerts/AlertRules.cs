using Orrery.Monitoring.Drift;
using Orrery.Monitoring.Monitors;
using Orrery.Monitoring.Performance;
using Orrery.Monitoring.References;
using Orrery.Monitoring.Storage;
using Orrery.Monitoring.Windows;
using Orrery.Platform.Signals;

namespace Orrery.Monitoring.Alerts;

/// <summary>Decides whether a finding of a champion's window becomes an alert: found in so many judged windows in a row, and not within the cooldown of the last one.</summary>
internal sealed class AlertRules(MonitorStore store, ISignalLog signals, TimeProvider clock)
{
    public async Task<IReadOnlyList<AlertRow>> OfDriftAsync(
        ActiveMonitor monitor, MonitorState state, WindowRow window, WindowDrift drift, WindowReference reference, CancellationToken cancellationToken)
    {
        if (!drift.Breached || !await IsStreakAsync(monitor, window, before => Found(WindowRow.Read<WindowDrift>(before.Drift)), cancellationToken))
            return [];
        var worst = drift.Features.Where(f => f.Drifted).MaxBy(f => f.Distance / f.Threshold)!;
        var message = AlertText.Drift(monitor.Spec.Endpoint, window, drift, reference.Dataset?.Ref.ToString() ?? "the reference");
        var alert = Make(monitor, window, AlertKind.Drift, worst.Feature, worst.Distance, worst.Threshold, message, window.End, reference);
        return await IsAllowedAsync(monitor, state, alert, cancellationToken) ? [alert] : [];
    }

    public async Task<IReadOnlyList<AlertRow>> OfPerformanceAsync(
        ActiveMonitor monitor, MonitorState state, WindowRow window, WindowPerformance performance, WindowReference reference, CancellationToken cancellationToken)
    {
        var alerts = new List<AlertRow>();
        foreach (var metric in performance.Metrics.Where(m => m.Breached))
        {
            if (!await IsStreakAsync(monitor, window, before => Found(WindowRow.Read<WindowPerformance>(before.Performance), metric.Metric), cancellationToken))
                continue;
            var rule = monitor.Spec.PerformanceRules.Judged.First(r => r.Metric == metric.Metric);
            var message = AlertText.Performance(monitor.Spec.Endpoint, window, performance, metric, rule, WindowRow.Read<WindowDrift>(window.Drift));
            var settled = window.End + (long)monitor.Spec.LabelWait.TotalMicroseconds;
            var alert = Make(monitor, window, AlertKind.Performance, MeasureOf(metric.Metric), metric.Value, metric.Bound!.Value, message, settled, reference);
            if (await IsAllowedAsync(monitor, state, alert, cancellationToken))
                alerts.Add(alert);
        }

        return alerts;
    }

    // Null: the window was not judged, so it neither lengthens a streak nor ends it.
    private static bool? Found(WindowDrift? drift) => drift is { Judged: true } ? drift.Breached : null;

    private static bool? Found(WindowPerformance? performance, PerformanceMetric metric) =>
        performance is { Judged: true } ? performance.Metrics.Any(m => m.Metric == metric && m.Breached) : null;

    private static string MeasureOf(PerformanceMetric metric) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(metric.ToString());

    private async Task<bool> IsStreakAsync(ActiveMonitor monitor, WindowRow window, Func<WindowRow, bool?> found, CancellationToken cancellationToken)
    {
        var needed = monitor.Spec.AlertRules.Consecutive - 1;
        if (needed == 0)
            return true;
        // Windows too small to judge lie between judged ones; ten times as many are looked at.
        var before = (await store.BeforeAsync(window, needed * 10, cancellationToken)).Select(found).OfType<bool>().Take(needed).ToList();
        return before.Count == needed && before.TrueForAll(f => f);
    }

    private async Task<bool> IsAllowedAsync(ActiveMonitor monitor, MonitorState state, AlertRow alert, CancellationToken cancellationToken)
    {
        if (alert.Time < state.Progress.AlertsFrom)
            return false;
        var last = await store.LastAlertAsync(alert, cancellationToken);
        return last is null || alert.Time - last.Time >= (long)monitor.Spec.AlertRules.CooldownTime.TotalMicroseconds;
    }

    private AlertRow Make(
        ActiveMonitor monitor, WindowRow window, AlertKind kind, string measure, double value, double threshold, string message, long time, WindowReference reference) => new()
        {
            // The same finding has the same id, so that an evaluation that is done again raises nothing twice.
            Id = FormattableString.Invariant(
            $"{monitor.Caller.Workspace}.{monitor.Name}.v{window.Version}.{SignalBatch.FromMicroseconds(window.Start):yyyyMMdd'T'HHmmss'Z'}.{(kind == AlertKind.Drift ? "drift" : measure)}"),
            Workspace = monitor.Caller.Workspace,
            Monitor = monitor.Name,
            Endpoint = monitor.Spec.Endpoint,
            Kind = kind,
            Measure = measure,
            Value = value,
            Threshold = threshold,
            Message = message,
            Version = window.Version,
            WindowStart = window.Start,
            WindowEnd = window.End,
            Time = time,
            RaisedAt = SignalBatch.ToMicroseconds(clock.GetUtcNow()),
            Declaration = monitor.Version.Id.ToString(),
            Model = reference.Model?.Id.ToString(),
            AnnouncedAfter = signals.Find(AlertStream.Name)?.End ?? 0,
        };
}
