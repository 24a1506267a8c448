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
}
