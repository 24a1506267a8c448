using System.Collections;
using System.Globalization;
using System.Text.Json;

namespace Orrery.Protocols.Mlflow.GraphQl;

/// <summary>GraphQL's values from and to JSON, in the shape of MLflow's answers, whose errors are texts alone.</summary>
internal static class GraphQlJson
{
    public static void WriteMembers(Utf8JsonWriter json, object? data, IReadOnlyList<string> errors)
    {
        json.WritePropertyName("data"u8);
        Write(json, data);
        json.WritePropertyName("errors"u8);
        Write(json, errors.Count == 0 ? null : errors);
    }

    /// <summary>A variable as GraphQL.NET wants it.</summary>
    public static object? Read(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetInt32(out var small) ? small : value.TryGetInt64(out var large) ? large : (object)value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Array => value.EnumerateArray().Select(Read).ToList(),
        JsonValueKind.Object => ReadObject(value),
        _ => null,
    };

    public static Dictionary<string, object?> ReadObject(JsonElement value)
    {
        var members = new Dictionary<string, object?>();
        foreach (var member in value.EnumerateObject())
            members[member.Name] = Read(member.Value); // the last of two counts
        return members;
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case IDictionary<string, object?> members:
                json.WriteStartObject();
                foreach (var (name, member) in members)
                {
                    json.WritePropertyName(name);
                    Write(json, member);
                }

                json.WriteEndObject();
                break;
            case IEnumerable items:
                json.WriteStartArray();
                foreach (var item in items)
                    Write(json, item);
                json.WriteEndArray();
                break;
            default:
                json.WriteNumberValue(Convert.ToDouble(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
