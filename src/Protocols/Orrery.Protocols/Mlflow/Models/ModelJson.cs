using System.Globalization;
using System.Text.Json;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Models;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Models;

/// <summary>Assets and their versions as MLflow's messages <c>RegisteredModel</c> and <c>ModelVersion</c>.</summary>
internal static class ModelJson
{
    public static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    public static void WriteModel(Utf8JsonWriter json, Asset model, IEnumerable<AssetVersion> latest)
    {
        json.WriteString("name"u8, model.Name);
        json.WriteTime("creation_timestamp"u8, model.CreatedAt);
        json.WriteTime("last_updated_timestamp"u8, model.UpdatedAt);
        json.WriteString("description"u8, model.Description);
        json.WriteEach("latest_versions"u8, latest, WriteVersion);
        json.WritePairs("tags"u8, model.Tags);
        json.WriteEach("aliases"u8, model.Aliases, static (json, alias) =>
        {
            json.WriteString("alias"u8, alias.Key);
            json.WriteString("version"u8, Number(alias.Value));
        });
    }

    public static void WriteVersionMember(Utf8JsonWriter json, AssetVersion version)
    {
        json.WriteStartObject("model_version"u8);
        WriteVersion(json, version);
        json.WriteEndObject();
    }

    public static void WriteVersion(Utf8JsonWriter json, AssetVersion version)
    {
        var sourced = Sourced(version);
        json.WriteString("name"u8, version.Name);
        json.WriteString("version"u8, Number(version.Number));
        json.WriteTime("creation_timestamp"u8, version.CreatedAt);
        json.WriteTime("last_updated_timestamp"u8, version.UpdatedAt);
        json.WriteString("user_id"u8, version.CreatedBy);
        json.WriteString("current_stage"u8, version.Stage.ToString());
        json.WriteString("description"u8, version.Description);
        json.WriteString("source"u8, version.Source ?? $"models:/{version.Name}/{Number(version.Number)}");
        json.WriteString("run_id"u8, version.SourceRun ?? version.Run?.ToString() ?? "");
        json.WriteString("status"u8, "READY"u8);
        json.WritePairs("tags"u8, version.Tags);
        json.WriteString("run_link"u8, sourced?.RunLink ?? "");
        if (version.Aliases.Count > 0)
        {
            json.WriteStartArray("aliases"u8);
            foreach (var alias in version.Aliases)
                json.WriteStringValue(alias);
            json.WriteEndArray();
        }

        json.WriteText("model_id"u8, sourced?.ModelId);
    }

    /// <summary>What a client registered; null for a version that Orrery's own trainers made.</summary>
    public static SourcedModel? Sourced(AssetVersion version) => version.Source is null ? null : version.Read<SourcedModel>();
}
