using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orrery.Pipelines.Definition;

/// <summary>
/// Puts values for <c>${params.x}</c>. A text that is nothing but one placeholder becomes the value itself, so a number stays a number;
/// within longer text the value's text stands. <c>$${</c> is a plain <c>${</c>.
/// </summary>
internal static partial class Placeholders
{
    /// <summary>Names of placeholders in a JSON value that <paramref name="values"/> does not have.</summary>
    public static IEnumerable<string> Unknown(JsonElement value, IReadOnlyDictionary<string, JsonElement> values) => value.ValueKind switch
    {
        JsonValueKind.String => Unknown(value.GetString()!, values.ContainsKey),
        JsonValueKind.Object => value.EnumerateObject().SelectMany(member => Unknown(member.Value, values)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany(item => Unknown(item, values)),
        _ => [],
    };

    /// <summary>Names of placeholders in a text that are not known.</summary>
    public static IEnumerable<string> Unknown(string text, Func<string, bool> known) =>
        Pattern().Matches(text).Where(match => match.Groups["name"].Success).Select(match => match.Groups["name"].Value).Where(name => !known(name));

    /// <summary>The JSON value with all placeholders filled in.</summary>
    public static JsonElement Fill(JsonElement value, IReadOnlyDictionary<string, JsonElement> values)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, value, values);
        return JsonSerializer.Deserialize<JsonElement>(buffer.WrittenSpan);
    }

    /// <summary>The text with all placeholders filled in.</summary>
    public static string Fill(string text, Func<string, string> value) =>
        Pattern().Replace(text, match => match.Groups["name"] is { Success: true } name ? value(name.Value) : "${");

    private static void Write(Utf8JsonWriter writer, JsonElement value, IReadOnlyDictionary<string, JsonElement> values)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, values);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Write(writer, item, values);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String when Pattern().Match(value.GetString()!) is { Success: true } match && match.Length == value.GetString()!.Length && match.Groups["name"].Success:
                values[match.Groups["name"].Value].WriteTo(writer);
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(Fill(value.GetString()!, name => Text(values[name])));
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    /// <summary>A scalar as it stands within text.</summary>
    public static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    [GeneratedRegex(@"\$\$\{|\$\{\s*(?<name>[A-Za-z0-9_.-]+)\s*\}", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
