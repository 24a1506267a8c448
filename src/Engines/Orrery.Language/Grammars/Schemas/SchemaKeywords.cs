using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Language.Grammars.Schemas;

/// <summary>Reads the keywords of a schema, each complaint with its place.</summary>
internal static class SchemaKeywords
{
    /// <summary>Keywords that say nothing about which texts are valid.</summary>
    private static readonly HashSet<string> Annotations =
    [
        "title", "description", "default", "examples", "example", "$schema", "$id", "$comment", "$defs", "definitions", "$anchor", "deprecated", "readOnly", "writeOnly",
        "contentEncoding", "contentMediaType", "discriminator",
    ];

    private static readonly HashSet<string> Known =
    [
        "type", "enum", "const", "properties", "required", "additionalProperties", "items", "prefixItems", "minItems", "maxItems", "minLength", "maxLength",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "anyOf", "oneOf", "allOf", "$ref", "format", "nullable",
    ];

    /// <exception cref="InvalidException">A keyword could not be held while an answer is written token by token.</exception>
    public static void Check(JsonElement schema, string place)
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            if (!Known.Contains(keyword.Name) && !Annotations.Contains(keyword.Name))
                throw Fault(place, $"'{keyword.Name}' cannot be enforced while an answer is written; supported are {string.Join(", ", Known.Order(StringComparer.Ordinal))}");
        }
    }

    public static JsonElement? Find(this JsonElement schema, string name) => schema.TryGetProperty(name, out var value) ? value : null;

    public static bool Has(this JsonElement schema, params string[] names) => names.Any(name => schema.TryGetProperty(name, out _));

    public static IEnumerable<JsonElement> Entries(JsonElement array, string place) =>
        array.ValueKind == JsonValueKind.Array && array.GetArrayLength() > 0 ? array.EnumerateArray() : throw Fault(place, "expected an array with at least one entry");

    /// <summary>Two counts, the second null where there is no most.</summary>
    public static (int Least, int? Most) Counts(JsonElement schema, string least, string most, string place)
    {
        int? Count(string name) => schema.Find(name) is not { } value ? null
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count >= 0 ? count : throw Fault(place, $"'{name}' must be a whole number of at least 0");
        var (from, to) = (Count(least) ?? 0, Count(most));
        return to < from ? throw Fault(place, $"'{least}' is {from}, more than '{most}', which is {to}") : (from, to);
    }

    public static double? Bound(JsonElement schema, string name, string place) => schema.Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw Fault(place, $"'{name}' must be a number");

    public static InvalidException Fault(string place, string complaint) => new($"The JSON schema, at {place}: {complaint}.");
}
