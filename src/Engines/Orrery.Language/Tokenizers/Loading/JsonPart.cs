using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Language.Tokenizers.Loading;

/// <summary>A part of a JSON file that knows where it stands, so that a complaint can say so.</summary>
internal readonly struct JsonPart(JsonElement element, string path)
{
    public JsonElement Element => element;

    public string Path => path;

    /// <summary>The part's <c>type</c>.</summary>
    public string Type => Text("type") ?? throw Missing("type");

    public JsonPart? Part(string name) => Find(name) is { } value ? new JsonPart(value, $"{path}.{name}") : null;

    public string? Text(string name) => Find(name) is not { } value ? null : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, "a string");

    public bool? Flag(string name) => Find(name)?.ValueKind switch
    {
        null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "true or false"),
    };

    public int? Integer(string name) =>
        Find(name) is not { } value ? null : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Wrong(name, "an integer");

    public IEnumerable<JsonPart> Items()
    {
        if (element.ValueKind != JsonValueKind.Array)
            throw new InvalidException($"{path} must be an array.");
        var at = path;
        return element.EnumerateArray().Select((item, index) => new JsonPart(item, $"{at}[{index}]"));
    }

    public IEnumerable<JsonPart> Items(string name) => (Part(name) ?? throw Missing(name)).Items();

    public InvalidException Missing(string name) => new($"{path} has no '{name}'.");

    public InvalidException Unsupported(string what, params string[] known) => new($"{path} is of type '{what}', which is not supported; supported are {string.Join(", ", known)}.");

    private InvalidException Wrong(string name, string expected) => new($"{path}.{name} must be {expected}.");

    private JsonElement? Find(string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new InvalidException($"{path} must be an object.");
        return element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }
}
