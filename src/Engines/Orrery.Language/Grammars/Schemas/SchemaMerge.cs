using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orrery.Language.Grammars.Schemas;

/// <summary><c>allOf</c> as one schema: properties and requirements together. Parts that say different things under one keyword are refused.</summary>
internal sealed class SchemaMerge(string place, Func<string, string, JsonElement> resolve)
{
    private readonly JsonObject _merged = [];

    public static JsonElement All(JsonElement schema, IEnumerable<JsonElement> parts, string place, Func<string, string, JsonElement> resolve)
    {
        var merge = new SchemaMerge(place, resolve);
        foreach (var keyword in schema.EnumerateObject().Where(keyword => keyword.Name != "allOf"))
            merge.Add(keyword);
        foreach (var part in parts)
            merge.Add(part, depth: 0);
        return JsonSerializer.SerializeToElement(merge._merged);
    }

    private void Add(JsonElement part, int depth)
    {
        if (depth > 32)
            throw SchemaKeywords.Fault($"{place}/allOf", "its parts refer to each other in a circle");
        if (part.ValueKind != JsonValueKind.Object)
            throw SchemaKeywords.Fault($"{place}/allOf", "its parts must be objects");
        foreach (var keyword in part.EnumerateObject())
        {
            if (keyword.Name == "$ref")
            {
                Add(resolve(keyword.Value.ToString(), place), depth + 1);
            }
            else if (keyword.Name == "allOf")
            {
                foreach (var inner in SchemaKeywords.Entries(keyword.Value, $"{place}/allOf"))
                    Add(inner, depth + 1);
            }
            else
            {
                Add(keyword);
            }
        }
    }

    private void Add(JsonProperty keyword)
    {
        var value = JsonNode.Parse(keyword.Value.GetRawText());
        switch (_merged[keyword.Name], value)
        {
            case (null, _):
                _merged[keyword.Name] = value;
                break;
            case (JsonObject present, JsonObject more) when keyword.Name is "properties" or "$defs" or "definitions":
                foreach (var (name, schema) in more)
                    AddProperty(present, name, schema);
                break;
            case (JsonArray present, JsonArray more) when keyword.Name == "required":
                foreach (var name in more)
                    present.Add(name?.DeepClone());
                break;
            case var (present, same) when JsonNode.DeepEquals(present, same) || keyword.Name is "title" or "description":
                break;
            default:
                throw SchemaKeywords.Fault($"{place}/allOf", $"its parts say different things under '{keyword.Name}'");
        }
    }

    private void AddProperty(JsonObject properties, string name, JsonNode? schema)
    {
        if (properties[name] is { } other && !JsonNode.DeepEquals(other, schema))
            throw SchemaKeywords.Fault($"{place}/allOf", $"its parts describe '{name}' differently");
        properties[name] = schema?.DeepClone();
    }
}
