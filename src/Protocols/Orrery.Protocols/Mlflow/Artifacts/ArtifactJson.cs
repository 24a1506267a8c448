using System.Text.Json;
using Orrery.Ledger.Artifacts;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Artifacts;

/// <summary>A folder's content as MLflow's messages <c>FileInfo</c>.</summary>
internal static class ArtifactJson
{
    /// <param name="json">Where it is written.</param>
    /// <param name="entries">What lies in the folder.</param>
    /// <param name="folder">What each path begins with; empty where they are names alone.</param>
    public static void WriteFiles(Utf8JsonWriter json, IReadOnlyList<ArtifactEntry> entries, string folder) =>
        json.WriteEach("files"u8, entries, (json, entry) =>
        {
            json.WriteString("path"u8, folder.Length == 0 ? entry.Name : $"{folder}/{entry.Name}");
            json.WriteBoolean("is_dir"u8, entry.Length is null);
            if (entry.Length is { } length)
                json.WriteNumber("file_size"u8, length);
        });
}
