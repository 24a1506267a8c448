using Orrery.Platform.Signals;

namespace Orrery.Monitoring.Tests;

/// <summary>Writes and reads an endpoint's streams as serving and its callers do.</summary>
internal static class Streams
{
    public static readonly DateTimeOffset Start = new(2001, 2, 5, 0, 0, 0, TimeSpan.Zero); // a Monday

    public static ISignalStream Predictions(this ISignalLog log, string endpoint, string[]? numbers = null, string[]? texts = null) =>
        log.Open(PredictionStream.Name(endpoint), PredictionStream.Schema(numbers ?? [], texts ?? []));

    public static ISignalStream Labels(this ISignalLog log, string endpoint) => log.Open(LabelStream.Name(endpoint), LabelStream.Schema);

    /// <summary>A prediction with what every one has.</summary>
    public static SignalBatch Prediction(
        this SignalBatch batch, DateTimeOffset time, string id, double? score, long version = 1, string arm = "champion", bool served = true)
    {
        batch.Add(time, id).Set(batch.Schema.Ordinal(PredictionStream.Version), (long?)version).Set(batch.Schema.Ordinal(PredictionStream.Arm), arm);
        return batch.Set(batch.Schema.Ordinal(PredictionStream.Served), (bool?)served).Set(batch.Schema.Ordinal(PredictionStream.Score), score);
    }

    public static SignalBatch Label(this SignalBatch batch, DateTimeOffset time, string id, double? value) =>
        batch.Add(time, id).Set(batch.Schema.Ordinal(LabelStream.Value), value);

    public static async Task<List<SignalBatch>> ReadAllAsync(this ISignalLog log, string stream)
    {
        var batches = new List<SignalBatch>();
        if (log.Find(stream) is { } open)
        {
            await foreach (var batch in open.ReadAsync(0))
                batches.Add(batch);
        }

        return batches;
    }

    /// <summary>An endpoint's outcomes, each as a line, sorted.</summary>
    public static async Task<List<string>> OutcomesAsync(this ISignalLog log, string endpoint)
    {
        var lines = new List<string>();
        foreach (var batch in await log.ReadAllAsync(OutcomeStream.Name(endpoint)))
        {
            for (var row = 0; row < batch.Count; row++)
            {
                var score = batch[PredictionStream.Score];
                lines.Add(Line(
                    batch.IdAt(row), batch[PredictionStream.Version].Int64(row), batch[PredictionStream.Arm].Text(row), batch[PredictionStream.Served].Boolean(row),
                    score.IsNull(row) ? null : score.Float64(row), batch[OutcomeStream.PredictedAt].Timestamp(row), batch[OutcomeStream.Label].Float64(row), batch.TimeAt(row)));
            }
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    public static string Line(string id, long version, string arm, bool served, double? score, DateTimeOffset predictedAt, double label, DateTimeOffset labelledAt) =>
        FormattableString.Invariant($"{id} v{version} {arm} served={served} score={score} at={predictedAt:O} label={label} known={labelledAt:O}");
}
