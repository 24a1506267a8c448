using System.Text.Json;
using Orrery.Ledger.Runs;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Metrics;

/// <summary>A metric's point as MLflow's message <c>Metric</c>.</summary>
internal static class MetricJson
{
    public static void Write(Utf8JsonWriter json, MetricPoint point)
    {
        json.WriteString("key"u8, point.Key);
        json.WriteDouble("value"u8, point.Value);
        json.WriteTime("timestamp"u8, point.Time);
        json.WriteNumber("step"u8, point.Step);
    }

    /// <summary>A point of one of several runs: <c>MetricWithRunId</c>.</summary>
    public static void WriteOfRun(Utf8JsonWriter json, (string Run, MetricPoint Point) of)
    {
        Write(json, of.Point);
        json.WriteString("run_id"u8, of.Run);
    }
}
