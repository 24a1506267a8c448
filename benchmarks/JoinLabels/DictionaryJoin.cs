using Orrery.Platform.Signals;

namespace Orrery.Benchmarks.JoinLabels;

/// <summary>The join that anybody would write first: all predictions in a dictionary, then the labels.</summary>
internal static class DictionaryJoin
{
    private readonly record struct Scored(DateTimeOffset At, long Version, string Arm, bool Served, double Score);

    /// <summary>Reads the streams, writes the outcomes to a stream of its own, and counts them.</summary>
    public static async Task<long> RunAsync(ISignalLog signals, string endpoint, CancellationToken cancellationToken)
    {
        var waiting = new Dictionary<string, Scored>(StringComparer.Ordinal);
        await foreach (var batch in signals.Find(PredictionStream.Name(endpoint))!.ReadAsync(0, cancellationToken))
        {
            var (version, arm, served, score) = (batch[PredictionStream.Version], batch[PredictionStream.Arm], batch[PredictionStream.Served], batch[PredictionStream.Score]);
            for (var row = 0; row < batch.Count; row++)
                waiting[batch.IdAt(row)] = new(batch.TimeAt(row), version.Int64(row), arm.Text(row), served.Boolean(row), score.Float64(row));
        }

        long written = 0;
        var outcomes = signals.Open($"bare/{endpoint}", OutcomeStream.Schema);
        await foreach (var batch in signals.Find(LabelStream.Name(endpoint))!.ReadAsync(0, cancellationToken))
        {
            var joined = Join(batch, waiting);
            await outcomes.AppendAsync(joined, cancellationToken);
            written += joined.Count;
        }

        return written;
    }

    private static SignalBatch Join(SignalBatch labels, Dictionary<string, Scored> waiting)
    {
        var schema = OutcomeStream.Schema;
        var value = labels[LabelStream.Value];
        var joined = new SignalBatch(schema);
        for (var row = 0; row < labels.Count; row++)
        {
            var id = labels.IdAt(row);
            if (!waiting.Remove(id, out var scored))
                continue;
            joined.Add(labels.TimeAt(row), id)
                .Set(schema.Ordinal(OutcomeStream.PredictedAt), scored.At).Set(schema.Ordinal(PredictionStream.Version), scored.Version)
                .Set(schema.Ordinal(PredictionStream.Arm), scored.Arm).Set(schema.Ordinal(PredictionStream.Served), scored.Served)
                .Set(schema.Ordinal(PredictionStream.Score), scored.Score).Set(schema.Ordinal(OutcomeStream.Label), value.Float64(row));
        }

        return joined;
    }
}
