using System.Text.Json;
using Orrery.Ledger.Runs;
using Orrery.Protocols.Mlflow.Datasets;
using Orrery.Protocols.Mlflow.Experiments;
using Orrery.Protocols.Mlflow.Metrics;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Runs;

/// <summary>A run as MLflow's message <c>Run</c>.</summary>
internal static class RunJson
{
    public const string NameTag = "mlflow.runName";
    public const string UserTag = "mlflow.user";

    /// <summary>What MLflow says where nobody said who runs it.</summary>
    public const string UnknownUser = "unknown";

    public static void WriteMember(Utf8JsonWriter json, Run run)
    {
        json.WriteStartObject("run"u8);
        Write(json, run);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Run run)
    {
        json.WriteStartObject("info"u8);
        WriteInfo(json, run);
        json.WriteEndObject();
        json.WriteStartObject("data"u8);
        json.WriteEach("metrics"u8, run.LastMetrics, static (json, metric) => MetricJson.Write(json, metric));
        json.WritePairs("params"u8, run.Parameters);
        json.WritePairs("tags"u8, run.Tags);
        json.WriteEndObject();
        json.WriteStartObject("inputs"u8);
        json.WriteEach("dataset_inputs"u8, run.Datasets, DatasetMessage.Write);
        json.WriteEach("model_inputs"u8, run.ModelInputs, static (json, model) => json.WriteString("model_id"u8, model));
        json.WriteEndObject();
        json.WriteStartObject("outputs"u8);
        json.WriteEach("model_outputs"u8, run.ModelOutputs, static (json, output) =>
        {
            json.WriteString("model_id"u8, output.Model);
            json.WriteNumber("step"u8, output.Step);
        });
        json.WriteEndObject();
    }

    public static void WriteInfo(Utf8JsonWriter json, Run run)
    {
        var id = run.Id.ToString();
        json.WriteString("run_id"u8, id);
        json.WriteString("run_uuid"u8, id);
        json.WriteString("run_name"u8, run.Name);
        json.WriteString("experiment_id"u8, ExperimentJson.Id(run.FolderNumber));
        json.WriteString("user_id"u8, run.Tags.GetValueOrDefault(UserTag) ?? UnknownUser);
        json.WriteString("status"u8, RunStatuses.Word(run.Status));
        json.WriteTime("start_time"u8, run.StartedAt);
        json.WriteTime("end_time"u8, run.EndedAt);
        json.WriteString("artifact_uri"u8, run.ArtifactUri);
        json.WriteString("lifecycle_stage"u8, ViewTypes.Word(run.Stage));
    }
}
