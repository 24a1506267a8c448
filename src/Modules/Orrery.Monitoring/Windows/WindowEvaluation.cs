using System.Diagnostics;
using Orrery.Monitoring.Alerts;
using Orrery.Monitoring.Drift;
using Orrery.Monitoring.Performance;
using Orrery.Monitoring.References;
using Orrery.Monitoring.Storage;
using Orrery.Platform.Signals;
using Orrery.Statistics.Histograms;

namespace Orrery.Monitoring.Windows;

/// <summary>What an evaluation of one window found.</summary>
internal sealed record Finding(IReadOnlyList<AlertRow> Alerts, ScoreRow? Score);

/// <summary>Closes and settles windows: reads their part of the streams once, compares, judges, and decides about alerts.</summary>
internal sealed class WindowEvaluation(ISignalLog signals, MonitorStore store, ReferenceStore references, AlertRules alerts)
{
    private const string NoReference = "this is the version's first window: its scores are the reference of the next ones";

    /// <summary>All predictions of the window came: compares its inputs and scores. A challenger's are not: what it sees is the canary's slice.</summary>
    public async Task<Finding> CloseAsync(ActiveMonitor monitor, MonitorState state, WindowRow window, CancellationToken cancellationToken)
    {
        window.State = WindowState.Closed;
        state.Change(window);
        if (!window.IsChampion)
            return new([], null);
        var started = Stopwatch.GetTimestamp();
        var spec = monitor.Spec.DriftRules;
        if (window.Predictions < spec.MinSample || signals.Find(PredictionStream.Name(monitor.Spec.Endpoint)) is not { } predictions)
        {
            var few = FormattableString.Invariant($"{window.Predictions} predictions came; {spec.MinSample} are needed");
            window.Drift = WindowRow.Write(new WindowDrift(false, few, [], false));
            return new([], null);
        }

        var reference = await references.ForAsync(monitor.Caller, monitor.Spec, window.Version, cancellationToken);
        var sample = await WindowSample.ReadAsync(predictions, window, reference.Features, spec, cancellationToken);
        var (score, made) = await ScoreAsync(window, sample, spec.Bins, cancellationToken);
        var note = string.Join("; ", new[] { reference.Note, Unknown(spec, sample), made is null ? null : NoReference }.OfType<string>());
        var (drift, histograms) = DriftAnalysis.Compare(spec, sample, made is null ? score : null, note.Length == 0 ? null : note);
        (window.Drift, window.Histograms) = (WindowRow.Write(drift), WindowRow.Write(histograms));
        MonitoringMetrics.Evaluations.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, MonitoringMetrics.Tags(monitor, "close"));
        return new(await alerts.OfDriftAsync(monitor, state, window, drift, reference, cancellationToken), made);
    }

    /// <summary>Labels are waited for no more: judges the window.</summary>
    public async Task<Finding> SettleAsync(ActiveMonitor monitor, MonitorState state, WindowRow window, CancellationToken cancellationToken)
    {
        window.State = WindowState.Settled;
        state.Change(window);
        var started = Stopwatch.GetTimestamp();
        var outcomes = signals.Find(OutcomeStream.Name(monitor.Spec.Endpoint));
        var rows = await JudgedRows.ReadAsync(outcomes, window, window.End + monitor.LabelWait, cancellationToken);
        var reference = await references.ForAsync(monitor.Caller, monitor.Spec, window.Version, cancellationToken);
        var performance = PerformanceAnalysis.Judge(monitor.Spec.PerformanceRules, rows, reference.Evaluation);
        window.Performance = WindowRow.Write(performance);
        MonitoringMetrics.Evaluations.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, MonitoringMetrics.Tags(monitor, "settle"));
        return new(window.IsChampion ? await alerts.OfPerformanceAsync(monitor, state, window, performance, reference, cancellationToken) : [], null);
    }

    /// <summary>The score's reference: kept from the version's first window that was large enough, or made of this one.</summary>
    private async Task<(FeatureReference? Reference, ScoreRow? Made)> ScoreAsync(WindowRow window, WindowSample sample, int bins, CancellationToken cancellationToken)
    {
        if (await store.FindScoreAsync(window, cancellationToken) is { } kept)
            return (WindowRow.Read<FeatureReference>(kept.Score), null);
        double[] scores = [.. sample.Scores.Select(FeatureReference.Rounded)];
        if (!Array.Exists(scores, double.IsFinite))
            return (null, null);
        var edges = HistogramEdges.Quantiles(scores, bins);
        var reference = new FeatureReference(FeatureDrift.ScoreName, [.. edges.Values], null, [.. Histogram.Of(scores, edges).Cells]);
        return (reference, new() { Workspace = window.Workspace, Monitor = window.Monitor, Version = window.Version, Score = WindowRow.Write(reference) });
    }

    private static string? Unknown(Monitors.DriftSpec spec, WindowSample sample)
    {
        var unknown = spec.Features?.Names?.Except(sample.Features.Select(f => f.Reference.Name), StringComparer.Ordinal).ToList() ?? [];
        return unknown.Count == 0 ? null : $"not in both the predictions and the reference: {string.Join(", ", unknown)}";
    }
}
