using Orrery.Platform.Signals;

namespace Orrery.Benchmarks.JoinLabels;

/// <summary>Predictions of thirty features and their labels, which come in another order, as streams of an endpoint.</summary>
internal static class LabelledStreams
{
    private const int Features = 30;

    private const int BatchRows = 4_096;

    private static readonly DateTimeOffset Start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static async Task WriteAsync(ISignalLog signals, string endpoint, int records, CancellationToken cancellationToken)
    {
        var names = Enumerable.Range(0, Features).Select(number => FormattableString.Invariant($"feature{number}"));
        var schema = PredictionStream.Schema(names, ["origin", "destination"]);
        var predictions = signals.Open(PredictionStream.Name(endpoint), schema);
        foreach (var rows in Enumerable.Range(0, records).Chunk(BatchRows))
            await predictions.AppendAsync(Predictions(schema, rows), cancellationToken);

        // Labels come later and mixed, but not from one end of time to the other: each within a window of the next.
        var random = new Random(5);
        var labels = signals.Open(LabelStream.Name(endpoint), LabelStream.Schema);
        foreach (var rows in Enumerable.Range(0, records).Chunk(BatchRows))
        {
            random.Shuffle(rows);
            await labels.AppendAsync(Labels(rows), cancellationToken);
        }
    }

    private static SignalBatch Predictions(SignalSchema schema, int[] rows)
    {
        var batch = new SignalBatch(schema);
        foreach (var row in rows)
        {
            batch.Add(Time(row), Id(row))
                .Set(schema.Ordinal(PredictionStream.Version), 1L).Set(schema.Ordinal(PredictionStream.Arm), "champion")
                .Set(schema.Ordinal(PredictionStream.Served), true).Set(schema.Ordinal(PredictionStream.Score), row % 997 / 997d)
                .Set(schema.Ordinal(PredictionStream.LatencyMs), 0.1);
            for (var feature = 0; feature < Features; feature++)
                batch.Set(schema.Ordinal(FormattableString.Invariant($"{PredictionStream.FeaturePrefix}feature{feature}")), row * 0.5 + feature);
            batch.Set(schema.Ordinal(PredictionStream.KeyPrefix + "origin"), "ATL").Set(schema.Ordinal(PredictionStream.KeyPrefix + "destination"), "BOS");
        }

        return batch;
    }

    private static SignalBatch Labels(int[] rows)
    {
        var batch = new SignalBatch(LabelStream.Schema);
        foreach (var row in rows)
            batch.Add(Time(row).AddHours(3), Id(row)).Set(LabelStream.Schema.Ordinal(LabelStream.Value), (double)(row % 2));
        return batch;
    }

    private static DateTimeOffset Time(int row) => Start.AddMilliseconds(row * 10L);

    // As long as the ids that the server makes.
    private static string Id(int row) => FormattableString.Invariant($"0190c0de-0000-7000-8000-{row:x12}");
}
