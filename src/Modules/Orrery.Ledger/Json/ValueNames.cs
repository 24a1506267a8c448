using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orrery.Kernel;

namespace Orrery.Ledger.Json;

/// <summary>What values and types are called in messages to people who write YAML.</summary>
internal static class ValueNames
{
    public const string Text = "text";

    public static string Expected(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return Expected(type, LedgerJson.Options.GetTypeInfo(type).Kind);
    }

    public static string Expected(Type type, JsonTypeInfoKind kind) => kind switch
    {
        JsonTypeInfoKind.Object => "a mapping of keys",
        JsonTypeInfoKind.Dictionary => "a mapping of names to values",
        JsonTypeInfoKind.Enumerable => "a list",
        _ when type.IsEnum => OneOf(Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName)),
        _ when type == typeof(TimeSpan) => Durations.Expected,
        _ when type == typeof(DateTimeOffset) || type == typeof(DateTime) => "a time such as 2026-01-31T12:00:00Z",
        _ when type == typeof(DateOnly) => "a date such as 2026-01-31",
        _ => Type.GetTypeCode(type) switch
        {
            TypeCode.String => Text,
            TypeCode.Boolean => "true or false",
            TypeCode.Single or TypeCode.Double or TypeCode.Decimal => "a number",
            >= TypeCode.SByte and <= TypeCode.UInt64 => "a whole number",
            _ => $"a value that reads as {type.Name}",
        },
    };

    public static string OneOf(IEnumerable<string> words) => $"one of {string.Join(", ", words)}";

    public static string UnknownKey(string key, IEnumerable<string> known)
    {
        var names = known.Order(StringComparer.Ordinal).ToList();
        return NearestName.Of(key, names) is { } nearest
            ? $"unknown key '{key}'; did you mean '{nearest}'?"
            : $"unknown key '{key}'; known here: {string.Join(", ", names)}";
    }

    public static string Show(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "a mapping",
        JsonValueKind.Array => "a list",
        JsonValueKind.Null or JsonValueKind.Undefined => "nothing",
        JsonValueKind.String => $"'{Shorten(value.GetString()!)}'",
        _ => Shorten(value.GetRawText()),
    };

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
