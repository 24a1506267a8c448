using Orrery.Kernel;
using Orrery.Ledger.LoggedModels;
using Orrery.Ledger.Runs;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Metrics;

/// <summary>Reads a metric's point: a request of its own, or one of a batch.</summary>
internal static class MetricMessage
{
    public static MetricPoint Read(MlflowFields fields)
    {
        var key = fields.RequiredText("key");
        MlflowNames.CheckMetric(fields, key);
        var value = fields.RequiredDouble("value");
        var time = MlflowTimes.Read(fields, "timestamp", fields.RequiredInt64("timestamp"));
        return new(key, value, fields.Int64("step") ?? 0, time);
    }

    /// <summary>The points of several messages, and what they say of logged models.</summary>
    public static RunLog ReadAll(RunId run, IReadOnlyList<MlflowFields> messages)
    {
        var points = new List<MetricPoint>(messages.Count);
        var ofModels = new List<ModelMetric>();
        foreach (var message in messages)
        {
            var point = Read(message);
            points.Add(point);
            if (message.Text("model_id") is { Length: > 0 } model)
                ofModels.Add(new(model, point, run, Given(message.Text("dataset_name")), Given(message.Text("dataset_digest"))));
        }

        return new() { Metrics = points, ModelMetrics = ofModels };
    }

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
