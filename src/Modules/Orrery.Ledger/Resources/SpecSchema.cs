using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Orrery.Kernel;
using Orrery.Ledger.Json;

namespace Orrery.Ledger.Resources;

/// <summary>The JSON schema of a spec, for editors that complete and check YAML. Types that the serializer writes as text are told so here.</summary>
internal static class SpecSchema
{
    private static readonly JsonSchemaExporterOptions Options = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform };

    public static JsonNode Of(IResourceKind kind)
    {
        var schema = LedgerJson.Options.GetJsonSchemaAsNode(kind.SpecType, Options);
        // With a base, nothing else has to be said.
        if (kind.Inherits && schema is JsonObject map && map.Remove("required", out var required))
            map["anyOf"] = new JsonArray(new JsonObject { ["required"] = required }, new JsonObject { ["required"] = new JsonArray("base") });
        return schema;
    }

    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (type == typeof(TimeSpan))
            return Text(Durations.Expected);
        if (type == typeof(AssetRef))
            return Text("an asset version, such as model/flights@champion");
        if (type == typeof(AssetKind))
            return Text("a kind, such as FeatureView");
        if (type == typeof(Digest) || type == typeof(AssetId) || type == typeof(VersionId) || type == typeof(RunId))
            return Text($"{type.Name} in hexadecimal digits");
        if (schema is JsonObject map && map["properties"] is JsonObject)
            map["additionalProperties"] = false;
        return schema;
    }

    private static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };
}
