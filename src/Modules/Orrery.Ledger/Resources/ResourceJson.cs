using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Json;

namespace Orrery.Ledger.Resources;

/// <summary>Declared resources as JSON: one document, a list of them, or <c>{"resources": […]}</c>.</summary>
internal static class ResourceJson
{
    private sealed record Body(AssetKind Kind, string Name, JsonElement Spec, string? Workspace = null);

    public static IReadOnlyList<ResourceDocument> Parse(string text, string origin)
    {
        JsonElement root;
        try
        {
            root = JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException error)
        {
            throw new InvalidException($"{origin} is no JSON: {error.Message}", error);
        }

        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("resources", out var list))
            root = list;
        return root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray().Select((item, i) => Document(item, $"{origin} #{i + 1}"))] : [Document(root, origin)];
    }

    private static ResourceDocument Document(JsonElement value, string origin)
    {
        if (StrictBinder.Bind(value, typeof(Body), out var errors) is not Body body)
            throw new InvalidException(string.Join('\n', errors.Select(error => $"{origin}: {error.Value}."))) { Errors = errors };
        return new(body.Kind, body.Name, body.Spec, origin) { Workspace = body.Workspace };
    }
}
