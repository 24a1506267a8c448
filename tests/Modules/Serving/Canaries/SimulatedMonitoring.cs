using Orrery.Platform.Signals;
using Orrery.Serving.Predictions;
using Orrery.Tests.Serving;

namespace Orrery.Serving.Tests.Canaries;

/// <summary>Does Monitoring's part: joins predictions with the truth.</summary>
internal static class SimulatedMonitoring
{
    /// <summary>Appends the outcomes of the predictions from an offset on; returns where it stopped.</summary>
    public static async Task<long> JoinAsync(this ServingPlatform serving, Func<LoggedPrediction, double> truth, long from)
    {
        await serving.Predictions.FlushAsync(ServingPlatform.Ada, ServingPlatform.Endpoint);
        var schema = OutcomeStream.Schema;
        var outcomes = new SignalBatch(schema);
        var next = from;
        await foreach (var batch in serving.Platform.Signals.Find(PredictionStream.Name(ServingPlatform.Endpoint))!.ReadAsync(from))
        {
            for (var row = 0; row < batch.Count; row++)
            {
                var prediction = PredictionRecord.Read(batch, row);
                outcomes.Add(prediction.Time, prediction.Id)
                    .Set(schema.Ordinal(OutcomeStream.PredictedAt), (DateTimeOffset?)prediction.Time)
                    .Set(schema.Ordinal(PredictionStream.Version), (long?)prediction.Version)
                    .Set(schema.Ordinal(PredictionStream.Arm), prediction.Arm)
                    .Set(schema.Ordinal(PredictionStream.Served), (bool?)prediction.Served)
                    .Set(schema.Ordinal(PredictionStream.Score), (double?)prediction.Score)
                    .Set(schema.Ordinal(OutcomeStream.Label), (double?)truth(prediction));
            }

            next = batch.FirstOffset + batch.Count;
        }

        if (outcomes.Count > 0)
            await serving.Platform.Signals.Open(OutcomeStream.Name(ServingPlatform.Endpoint), schema).AppendAsync(outcomes);
        return next;
    }
}
