using System.Text.Json;

namespace Orrery.Import.Vectors.Chroma;

/// <summary>How Chroma calls its distances, and where it writes which one a collection has.</summary>
internal static class ChromaDistance
{
    /// <summary>Chroma's default is the squared Euclidean distance, which ranks as the Euclidean does.</summary>
    public static string Of(string? space) => space switch { "cosine" => "Cosine", "ip" => "Dot", _ => "Euclid" };

    /// <summary>The first <c>"space"</c> in a configuration or a schema; null where there is none.</summary>
    public static string? Space(string? json)
    {
        if (string.IsNullOrEmpty(json))
            return null;
        try
        {
            using var document = JsonDocument.Parse(json);
            return Space(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <inheritdoc cref="Space(string?)"/>
    public static string? Space(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return null;
        foreach (var member in element.EnumerateObject())
        {
            // Older versions write {"hnsw_configuration":{"space":"l2",…}}, newer ones {"hnsw":{"space":"l2",…}}.
            if (member.NameEquals("space") && member.Value.ValueKind == JsonValueKind.String)
                return member.Value.GetString();
            if (Space(member.Value) is { } found)
                return found;
        }

        return null;
    }
}
