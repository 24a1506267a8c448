using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orrery.Ledger.Evaluation;

/// <summary>
/// Which fields the records of a dataset have, and of what types: the first value of each field says it. Its form is MLflow's
/// (<c>{"inputs": {"question": "string"}, "outputs": {}, "expectations": {}, "version": "1.0"}</c>), which its clients read.
/// </summary>
internal static class EvaluationSchema
{
    private const int MaxFields = 1000;

    public static string? Extend(string? schema, IReadOnlyList<NewEvaluationRecord> records)
    {
        if (records.Count == 0)
            return schema;
        var known = (schema is null ? null : JsonNode.Parse(schema) as JsonObject)
            ?? new JsonObject { ["inputs"] = new JsonObject(), ["outputs"] = new JsonObject(), ["expectations"] = new JsonObject(), ["version"] = "1.0" };
        foreach (var record in records)
        {
            Add(known, "inputs", record.Inputs);
            Add(known, "outputs", record.Outputs);
            Add(known, "expectations", record.Expectations);
        }

        return known.ToJsonString();
    }

    private static void Add(JsonObject schema, string part, JsonElement? value)
    {
        if (value is not { ValueKind: not JsonValueKind.Null } given)
            return;
        if (given.ValueKind != JsonValueKind.Object)
        {
            if (schema[part] is JsonObject { Count: 0 })
                schema[part] = Type(given); // outputs may be a single value
            return;
        }

        if (schema[part] is not JsonObject fields)
            return;
        foreach (var field in given.EnumerateObject())
        {
            if (fields.Count < MaxFields && !fields.ContainsKey(field.Name))
                fields[field.Name] = Type(field.Value);
        }
    }

    private static string Type(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "integer" : "float",
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        _ => "null",
    };
}
