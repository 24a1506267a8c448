using System.Text.Json;
using GraphQL.Types;

namespace Orrery.Protocols.Mlflow.GraphQl;

/// <summary>
/// Reads a field of a message of protobuf out of its JSON, where what has its default is left out: what is not there is the type's default, as MLflow answers it. A number that
/// is none is null, for which MLflow has the same rule; GraphQL's Float has no NaN and no infinity.
/// </summary>
internal static class MessageField
{
    private static readonly JsonElement Empty = JsonSerializer.SerializeToElement(new Dictionary<string, string>());

    public static object? Read(JsonElement message, string name, IGraphType type)
    {
        if (type is NonNullGraphType { ResolvedType: { } inner })
            type = inner;
        var value = message.TryGetProperty(name, out var found) ? found : default;
        return value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? Default(type) : Read(value, type);
    }

    private static object? Read(JsonElement value, IGraphType type) => type switch
    {
        NonNullGraphType { ResolvedType: { } inner } => Read(value, inner),
        ListGraphType { ResolvedType: { } of } => value.EnumerateArray().Select(item => Read(item, of)).ToList(),
        FloatGraphType => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null,
        LongStringType => value.GetInt64(),
        BooleanGraphType => value.GetBoolean(),
        IObjectGraphType => value,
        _ => value.GetString(),
    };

    private static object? Default(IGraphType type) => type switch
    {
        ListGraphType => Array.Empty<object>(),
        FloatGraphType => 0.0,
        LongStringType => 0L,
        BooleanGraphType => false,
        EnumerationGraphType words => words.Values.First().Value,
        IObjectGraphType => Empty,
        _ => "",
    };
}
