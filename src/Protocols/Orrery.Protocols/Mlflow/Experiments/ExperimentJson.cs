using System.Globalization;
using System.Text.Json;
using Orrery.Ledger.Folders;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Experiments;

/// <summary>A folder as MLflow's message <c>Experiment</c>.</summary>
internal static class ExperimentJson
{
    public static string Id(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static void WriteMember(Utf8JsonWriter json, Folder folder)
    {
        json.WriteStartObject("experiment"u8);
        Write(json, folder);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Folder folder)
    {
        json.WriteString("experiment_id"u8, Id(folder.Number));
        json.WriteString("name"u8, folder.Name);
        json.WriteString("artifact_location"u8, folder.ArtifactRoot);
        json.WriteString("lifecycle_stage"u8, ViewTypes.Word(folder.Stage));
        json.WriteTime("last_update_time"u8, folder.UpdatedAt);
        json.WriteTime("creation_time"u8, folder.CreatedAt);
        json.WritePairs("tags"u8, folder.Tags);
    }
}
