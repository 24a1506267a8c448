using System.Globalization;
using System.Text.Json;

namespace Orrery.Import;

/// <summary>Python's JSON, as the records of other systems hold it: <c>NaN</c> and <c>Infinity</c> stand bare.</summary>
internal static class JsonText
{
    /// <summary>A number; <c>true</c> is 1. Null where the text is something else.</summary>
    public static double? Number(string json)
    {
        var text = json.AsSpan().Trim().Trim('"');
        return text switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            "true" => 1,
            "false" => 0,
            _ => json.AsSpan().TrimStart() is ['"', ..] ? null : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null,
        };
    }

    /// <summary>The text of a value: a string without its quotes, everything else as it stands.</summary>
    public static string Plain(string json)
    {
        if (json.AsSpan().TrimStart() is not ['"', ..])
            return json.Trim();
        try
        {
            return JsonSerializer.Deserialize<string>(json) ?? "";
        }
        catch (JsonException)
        {
            return json;
        }
    }

    /// <summary>The members of an object with their names joined by points, each with its JSON; anything else is itself, under <paramref name="key"/>.</summary>
    public static IEnumerable<(string Key, string Json)> Flat(string key, string json)
    {
        if (json.AsSpan().TrimStart() is not ['{', ..] || Parse(json) is not { } root || root.TryGetProperty("_type", out _))
            return [(key, json)];
        return Walk(key, root);
    }

    private static IEnumerable<(string Key, string Json)> Walk(string key, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || value.TryGetProperty("_type", out _))
            return [(key, value.GetRawText())];
        var members = value.EnumerateObject().SelectMany(member => Walk($"{key}.{member.Name}", member.Value));
        return value.EnumerateObject().Any() ? members : [(key, "{}")];
    }

    /// <summary>Null where the text is no JSON, perhaps because of a bare NaN within.</summary>
    private static JsonElement? Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
