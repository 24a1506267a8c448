using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Kernel;

namespace Orrery.Gateway.Providers.Local;

/// <summary>Reads the members of a JSON object, each checked.</summary>
internal sealed class Fields(JsonObject node)
{
    public JsonObject Node => node;

    public string? Text(string name) => node[name] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        JsonObject => null,
        _ => throw new InvalidException($"'{name}' must be a string."),
    };

    public bool Flag(string name) => node[name]?.GetValueKind() switch
    {
        null or JsonValueKind.False or JsonValueKind.Null => false,
        JsonValueKind.True => true,
        _ => throw new InvalidException($"'{name}' must be true or false."),
    };

    public double Number(string name, double least, double most, double otherwise) => node[name] switch
    {
        null => otherwise,
        JsonValue value when value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out double number) && number >= least && number <= most => number,
        _ => throw new InvalidException(FormattableString.Invariant($"'{name}' must be a number from {least} to {most}.")),
    };

    public JsonArray? Array(string name) => node[name] switch
    {
        null => null,
        JsonArray array => array,
        _ => throw new InvalidException($"'{name}' must be an array."),
    };

    public Fields? Object(string name) => node[name] switch
    {
        null => null,
        JsonObject inner => new Fields(inner),
        _ => throw new InvalidException($"'{name}' must be an object."),
    };

    public IReadOnlyList<string> Texts(string name, int most)
    {
        string[] texts = node[name] switch
        {
            null => [],
            JsonValue value when value.GetValueKind() == JsonValueKind.String => [value.GetValue<string>()],
            JsonArray array when array.All(item => item?.GetValueKind() == JsonValueKind.String) => [.. array.Select(item => item!.GetValue<string>())],
            _ => throw new InvalidException($"'{name}' must be a string or an array of strings."),
        };
        return texts.Length <= most && texts.All(text => text.Length > 0) ? texts : throw new InvalidException($"'{name}' takes up to {most} strings, none of them empty.");
    }
}
