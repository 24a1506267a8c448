using Orrery.Monitoring.Joining;
using Orrery.Monitoring.Storage;
using Orrery.Monitoring.Windows;
using Orrery.Platform.Signals;

namespace Orrery.Monitoring.Performance;

/// <summary>The scores of a window whose label came in time, with their labels; 16 bytes a row.</summary>
internal sealed record JudgedRows(double[] Scores, double[] Labels)
{
    /// <summary>Whether the labels are those of two classes.</summary>
    public bool IsBinary { get; } = Array.TrueForAll(Labels, label => label is 0 or 1);

    /// <summary>Reads the window's outcomes; a label that became known after <paramref name="until"/> (microseconds) is not among them.</summary>
    public static async Task<JudgedRows> ReadAsync(ISignalStream? outcomes, WindowRow window, long until, CancellationToken cancellationToken)
    {
        var (scores, labels) = (new List<double>(), new List<double>());
        if (outcomes is null || window.FirstOutcome >= window.LastOutcome)
            return new([], []);
        await foreach (var batch in outcomes.ReadAsync(window.FirstOutcome, cancellationToken))
        {
            for (var row = 0; row < batch.Count && batch.FirstOffset + row < window.LastOutcome; row++)
            {
                var outcome = OutcomeColumns.At(batch, row);
                if (outcome.Label.Time > until || !BelongsTo(outcome.Score, window) || outcome.Score.Score is not { } score || !double.IsFinite(score))
                    continue;
                scores.Add(score);
                labels.Add(outcome.Label.Value);
            }

            if (batch.FirstOffset + batch.Count >= window.LastOutcome)
                break;
        }

        return new([.. scores], [.. labels]);
    }

    private static bool BelongsTo(ArmScore score, WindowRow window) =>
        score.PredictedAt >= window.Start && score.PredictedAt < window.End && score.Version == window.Version && MonitorState.ArmOf(score) == window.Arm;
}
