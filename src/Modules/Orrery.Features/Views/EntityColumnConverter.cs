using System.Text.Json;
using System.Text.Json.Serialization;
using Orrery.Kernel;

namespace Orrery.Features.Views;

/// <summary>Reads <c>origin</c> and <c>{ name: airport, column: origin }</c>; writes the shorter form that says the same.</summary>
internal sealed class EntityColumnConverter : JsonConverter<EntityColumn>
{
    private const string Expected = "Expected a column's name, or { name, column }";

    private static readonly string[] Keys = ["name", "column"];

    public override EntityColumn Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            var both = reader.GetString()!;
            return new(both, both);
        }

        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException($"{Expected}.");
        string? name = null, column = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            if (!Keys.Contains(key))
                throw new JsonException($"{Expected}; '{key}' is unknown{(NearestName.Of(key, Keys) is { } near ? $", perhaps '{near}' is meant" : "")}.");
            var value = reader.TokenType == JsonTokenType.String ? reader.GetString() : throw new JsonException($"{Expected}, both text.");
            if (key == "name")
                name = value;
            else
                column = value;
        }

        return column is null ? throw new JsonException($"{Expected}; 'column' is missing.") : new(name ?? column, column);
    }

    public override void Write(Utf8JsonWriter writer, EntityColumn value, JsonSerializerOptions options)
    {
        if (value.Name == value.Column)
        {
            writer.WriteStringValue(value.Column);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("name", value.Name);
        writer.WriteString("column", value.Column);
        writer.WriteEndObject();
    }
}
