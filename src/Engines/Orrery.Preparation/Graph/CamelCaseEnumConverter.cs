using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orrery.Preparation.Graph;

/// <summary>
/// Enums are written as their camel-case names, whatever options the caller's serializer has, and never as numbers. An unknown name is told
/// with the known ones.
/// </summary>
internal sealed class CamelCaseEnumConverter<TEnum> : JsonConverter<TEnum> where TEnum : struct, Enum
{
    private static readonly Dictionary<string, TEnum> Values =
        Enum.GetValues<TEnum>().ToDictionary(v => JsonNamingPolicy.CamelCase.ConvertName(v.ToString()), StringComparer.Ordinal);

    private static readonly Dictionary<TEnum, string> Names = Values.ToDictionary(v => v.Value, v => v.Key);

    public override TEnum Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : reader.TokenType.ToString();
        return Values.TryGetValue(text, out var value) ? value : throw new JsonException($"'{text}' is not one of "
            + $"{string.Join(", ", Values.Keys)}");
    }

    public override void Write(Utf8JsonWriter writer, TEnum value, JsonSerializerOptions options) => writer.WriteStringValue(Names[value]);
}
