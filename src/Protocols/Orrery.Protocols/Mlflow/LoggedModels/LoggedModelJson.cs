using System.Text.Json;
using Orrery.Ledger.LoggedModels;
using Orrery.Protocols.Mlflow.Experiments;
using Orrery.Protocols.Mlflow.Metrics;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.LoggedModels;

/// <summary>A logged model as MLflow's message <c>LoggedModel</c>.</summary>
internal static class LoggedModelJson
{
    public static void WriteMember(Utf8JsonWriter json, LoggedModel model)
    {
        json.WriteStartObject("model"u8);
        Write(json, model);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, LoggedModel model)
    {
        json.WriteStartObject("info"u8);
        json.WriteString("model_id"u8, model.Id);
        json.WriteString("experiment_id"u8, ExperimentJson.Id(model.Folder));
        json.WriteString("name"u8, model.Name);
        json.WriteTime("creation_timestamp_ms"u8, model.CreatedAt);
        json.WriteTime("last_updated_timestamp_ms"u8, model.UpdatedAt);
        json.WriteString("artifact_uri"u8, model.ArtifactUri);
        json.WriteString("status"u8, Word(model.Status));
        json.WriteString("model_type"u8, model.Type);
        json.WriteString("source_run_id"u8, model.SourceRun);
        json.WritePairs("tags"u8, model.Tags);
        json.WriteEndObject();
        json.WriteStartObject("data"u8);
        json.WritePairs("params"u8, model.Parameters);
        json.WriteEach("metrics"u8, model.Metrics, WriteMetric);
        json.WriteEndObject();
    }

    public static LoggedModelStatus ReadStatus(MlflowFields fields) => fields.Word("status") switch
    {
        "" => throw fields.Missing("status"),
        "LOGGED_MODEL_PENDING" or "1" => LoggedModelStatus.Pending,
        "LOGGED_MODEL_READY" or "2" => LoggedModelStatus.Ready,
        "LOGGED_MODEL_UPLOAD_FAILED" or "3" => LoggedModelStatus.Failed,
        _ => throw fields.Wrong("status", "Valid values are LOGGED_MODEL_PENDING, LOGGED_MODEL_READY, LOGGED_MODEL_UPLOAD_FAILED."),
    };

    private static string Word(LoggedModelStatus status) => status switch
    {
        LoggedModelStatus.Pending => "LOGGED_MODEL_PENDING",
        LoggedModelStatus.Ready => "LOGGED_MODEL_READY",
        _ => "LOGGED_MODEL_UPLOAD_FAILED",
    };

    private static void WriteMetric(Utf8JsonWriter json, ModelMetric metric)
    {
        MetricJson.Write(json, metric.Point);
        json.WriteText("dataset_name"u8, metric.DatasetName);
        json.WriteText("dataset_digest"u8, metric.DatasetDigest);
        json.WriteString("model_id"u8, metric.Model);
        json.WriteString("run_id"u8, metric.Run.ToString());
    }
}
