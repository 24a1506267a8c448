using Orrery.Monitoring.Alerts;
using Orrery.Monitoring.Joining;
using Orrery.Monitoring.Storage;
using Orrery.Platform.Signals;

namespace Orrery.Monitoring.Windows;

/// <summary>
/// Brings one monitor up to the streams. Time is what the predictions say it is: a window is closed when the watermark passes its end and settled when it passes the
/// end of the wait for labels, at that very place in the stream, so that a replay of a year in a minute finds what the year found.
/// </summary>
internal sealed class MonitorRun(ISignalLog signals, MonitorStore store, WindowEvaluation evaluation, AlertAnnouncer announcer, TimeProvider clock)
{
    /// <param name="monitor">The monitor.</param>
    /// <param name="until">The end of the predictions to read: all labels that were known by them are joined.</param>
    /// <param name="cancellationToken">Cancels between two windows.</param>
    public async Task AdvanceAsync(ActiveMonitor monitor, long until, CancellationToken cancellationToken)
    {
        var state = await store.LoadAsync(monitor.Caller.Workspace, monitor.Name, cancellationToken);
        var before = state.Progress with { };
        state.Cut(monitor.WindowLength);
        var horizon = SignalBatch.ToMicroseconds(clock.GetUtcNow() + MonitoringOptions.FutureTolerance);
        await CountLabelsAsync(monitor, state, horizon, cancellationToken);
        await EvaluateAsync(monitor, state, cancellationToken); // what a shorter wait makes due at once
        if (signals.Find(PredictionStream.Name(monitor.Spec.Endpoint)) is { } predictions)
        {
            await foreach (var batch in predictions.ReadAsync(state.Progress.PredictionsNext, cancellationToken))
            {
                await CountPredictionsAsync(monitor, state, batch, until, horizon, cancellationToken);
                if (state.Progress.PredictionsNext >= until)
                    break;
            }
        }

        if (state.Progress != before || state.Changed.Count > 0)
            await store.SaveAsync(state, [], null, cancellationToken);
    }

    private async Task CountPredictionsAsync(ActiveMonitor monitor, MonitorState state, SignalBatch batch, long until, long horizon, CancellationToken cancellationToken)
    {
        var columns = new PredictionColumns(batch);
        var progress = state.Progress;
        var due = NextDue(monitor, state);
        for (var row = 0; row < batch.Count && batch.FirstOffset + row < until; row++)
        {
            var score = columns.At(row);
            var offset = batch.FirstOffset + row;
            if (score.PredictedAt > horizon)
            {
                progress.Future++;
                continue;
            }

            if (progress.Newest is not { } newest || score.PredictedAt > newest)
            {
                progress.Newest = score.PredictedAt;
                if (monitor.WatermarkAt(score.PredictedAt) >= due)
                {
                    progress.PredictionsNext = offset; // this one is not counted yet
                    await EvaluateAsync(monitor, state, cancellationToken);
                    due = NextDue(monitor, state);
                }

                progress.ClosedUntil = Math.Max(progress.ClosedUntil, WindowClock.StartOf(monitor.WatermarkAt(score.PredictedAt), progress.WindowLength));
            }

            if (MonitorState.ArmOf(score) is not { } arm)
                continue;
            if (state.Of(score, arm) is not { State: WindowState.Open } window)
            {
                progress.Late++;
                continue;
            }

            window.Predictions++;
            (window.FirstPrediction, window.LastPrediction) = (Math.Min(window.FirstPrediction, offset), offset + 1);
            state.Change(window);
            due = Math.Min(due, window.End);
        }

        progress.PredictionsNext = Math.Min(until, batch.FirstOffset + batch.Count);
    }

    private async Task CountLabelsAsync(ActiveMonitor monitor, MonitorState state, long horizon, CancellationToken cancellationToken)
    {
        if (signals.Find(OutcomeStream.Name(monitor.Spec.Endpoint)) is not { } outcomes)
            return;
        await foreach (var batch in outcomes.ReadAsync(state.Progress.OutcomesNext, cancellationToken))
        {
            for (var row = 0; row < batch.Count; row++)
            {
                var outcome = OutcomeColumns.At(batch, row);
                if (outcome.Score.PredictedAt <= horizon && MonitorState.ArmOf(outcome.Score) is { } arm)
                    CountLabel(monitor, state, outcome, arm, batch.FirstOffset + row);
            }

            state.Progress.OutcomesNext = batch.FirstOffset + batch.Count;
        }
    }

    private static void CountLabel(ActiveMonitor monitor, MonitorState state, Outcome outcome, string arm, long offset)
    {
        var window = state.Of(outcome.Score, arm);
        if (window is null)
        {
            state.AddLateLabel(outcome.Score, arm);
            return;
        }

        if (outcome.Label.Time > window.End + monitor.LabelWait)
            window.LateLabels++;
        else
        {
            window.Labels++;
            (window.FirstOutcome, window.LastOutcome) = (Math.Min(window.FirstOutcome, offset), offset + 1);
        }

        state.Change(window);
    }

    /// <summary>Closes and settles what the watermark has passed, in the order of the instants, each with its alerts in one transaction.</summary>
    private async Task EvaluateAsync(ActiveMonitor monitor, MonitorState state, CancellationToken cancellationToken)
    {
        if (state.Progress.Newest is not { } newest)
            return;
        var watermark = monitor.WatermarkAt(newest);
        while (state.Unsettled.Where(w => DueAt(monitor, w) <= watermark).OrderBy(w => DueAt(monitor, w)).ThenBy(w => w.Start)
            .ThenBy(w => w.Version).ThenBy(w => w.Arm, StringComparer.Ordinal).FirstOrDefault() is { } window)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var finding = window.State == WindowState.Open
                ? await evaluation.CloseAsync(monitor, state, window, cancellationToken)
                : await evaluation.SettleAsync(monitor, state, window, cancellationToken);
            await store.SaveAsync(state, finding.Alerts, finding.Score, cancellationToken);
            if (finding.Alerts.Count > 0)
                await announcer.AnnounceAsync(cancellationToken);
        }
    }

    private static long NextDue(ActiveMonitor monitor, MonitorState state) =>
        state.Unsettled.Select(w => DueAt(monitor, w)).DefaultIfEmpty(long.MaxValue).Min();

    private static long DueAt(ActiveMonitor monitor, WindowRow window) => window.State == WindowState.Open ? window.End : window.End + monitor.LabelWait;
}
