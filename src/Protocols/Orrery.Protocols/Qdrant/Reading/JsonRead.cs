using System.Runtime.InteropServices;
using System.Text.Json;
using Orrery.Search.Filters;

namespace Orrery.Protocols.Qdrant.Reading;

/// <summary>Reads members of JSON objects, and says what was expected where they are something else. A null is as good as absent.</summary>
internal static class JsonRead
{
    public static JsonElement? Member(this JsonElement parent, string name)
    {
        if (parent.ValueKind != JsonValueKind.Object)
            throw QdrantRefusal.Format($"expected an object, got {Shown(parent)}");
        return parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    public static JsonElement Required(this JsonElement parent, string name) => parent.Member(name) ?? throw QdrantRefusal.Format($"missing field `{name}`");

    public static string Text(this JsonElement value, string name) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw QdrantRefusal.Format($"invalid type for `{name}`: expected a string, got {Shown(value)}");

    public static double Number(this JsonElement value, string name) => value.ValueKind == JsonValueKind.Number
        ? value.GetDouble()
        : throw QdrantRefusal.Format($"invalid type for `{name}`: expected a number, got {Shown(value)}");

    public static bool Truth(this JsonElement value, string name) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw QdrantRefusal.Format($"invalid type for `{name}`: expected a boolean, got {Shown(value)}"),
    };

    /// <summary>A whole number that is not negative.</summary>
    public static int Whole(this JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetUInt64(out var number))
            throw QdrantRefusal.Format($"invalid value for `{name}`: expected a whole number that is not negative, got {Shown(value)}");
        return (int)Math.Min(number, int.MaxValue);
    }

    /// <summary>A whole number of at least <paramref name="least"/>.</summary>
    public static int Whole(this JsonElement value, string path, int least)
    {
        var number = value.Whole(path);
        return number >= least ? number : throw QdrantRefusal.Validation(path, $"value {number} invalid, must be {least} or larger");
    }

    public static IEnumerable<JsonElement> Items(this JsonElement value, string name) => value.ValueKind == JsonValueKind.Array
        ? value.EnumerateArray()
        : throw QdrantRefusal.Format($"invalid type for `{name}`: expected an array, got {Shown(value)}");

    /// <summary>The members of an object.</summary>
    public static JsonElement.ObjectEnumerator Members(this JsonElement value, string name) => value.ValueKind == JsonValueKind.Object
        ? value.EnumerateObject()
        : throw QdrantRefusal.Format($"invalid type for `{name}`: expected an object, got {Shown(value)}");

    /// <summary>The items of an array, or the value itself where it is no array.</summary>
    public static IEnumerable<JsonElement> OneOrMany(this JsonElement value) => value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];

    public static PayloadPath Path(this JsonElement value, string name)
    {
        var text = value.Text(name);
        return PayloadPath.TryParse(text, out var path) ? path : throw QdrantRefusal.Format($"Invalid json path: '{text}'");
    }

    /// <summary>The value's own bytes.</summary>
    public static byte[] Raw(this JsonElement value) => JsonMarshal.GetRawUtf8Value(value).ToArray();

    public static TEnum Word<TEnum>(this JsonElement value, string name) where TEnum : struct, Enum
    {
        var text = value.Text(name);
        foreach (var word in Enum.GetValues<TEnum>())
        {
            if (string.Equals(word.ToString(), text.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))
                return word;
        }

        throw QdrantRefusal.Format($"unknown variant `{text}` for `{name}`, expected one of {string.Join(", ", Enum.GetNames<TEnum>())}");
    }

    public static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        _ => value.GetRawText() is { Length: > 80 } text ? text[..80] + "…" : value.GetRawText(),
    };
}
