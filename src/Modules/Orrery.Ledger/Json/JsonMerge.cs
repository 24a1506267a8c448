using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orrery.Ledger.Json;

/// <summary>
/// Lays one JSON value over another, as a JSON merge patch does (RFC 7396): objects member by member, everything else whole. It leaves the RFC in two points. Null
/// says nothing, as in <see cref="CanonicalJson"/>, and takes nothing away; and an object whose <c>type</c> differs from that below replaces it, for the members of one
/// type are not those of another.
/// </summary>
public static class JsonMerge
{
    private const string Type = "type";

    /// <summary><paramref name="above"/> laid over <paramref name="below"/>.</summary>
    public static JsonElement Of(JsonElement below, JsonElement above) => JsonSerializer.SerializeToElement(Merge(below, above));

    private static JsonNode? Merge(JsonElement below, JsonElement above)
    {
        if (above.ValueKind == JsonValueKind.Null)
            return Copy(below);
        if (below.ValueKind != JsonValueKind.Object || above.ValueKind != JsonValueKind.Object || IsOfAnotherType(below, above))
            return Copy(above);
        var merged = new JsonObject();
        foreach (var member in below.EnumerateObject())
            merged[member.Name] = above.TryGetProperty(member.Name, out var over) ? Merge(member.Value, over) : Copy(member.Value);
        foreach (var member in above.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null && !merged.ContainsKey(member.Name)))
            merged[member.Name] = Copy(member.Value);
        return merged;
    }

    private static bool IsOfAnotherType(JsonElement below, JsonElement above) =>
        above.TryGetProperty(Type, out var now) && below.TryGetProperty(Type, out var before) && !JsonElement.DeepEquals(now, before);

    private static JsonNode? Copy(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => JsonObject.Create(value),
        JsonValueKind.Array => JsonArray.Create(value),
        _ => JsonValue.Create(value),
    };
}
