using System.Reflection;
using System.Text.Json;
using Orrery.Client;
using Orrery.Kernel;
using Orrery.Tests;
using Xunit;

namespace Orrery.Hosts.Tests.Client;

/// <summary>
/// The client knows no module, so its records repeat what the server's say. Each is held against the committed API document: names, types, nulls, and the words
/// of enums.
/// </summary>
public sealed class WireRecordTests
{
    /// <summary>Records that are called otherwise than on the server.</summary>
    private static readonly Dictionary<string, string> Names = new()
    {
        ["CreatedToken"] = "NewToken",
        ["Identity"] = "Caller",
        ["MetricPoint"] = "LoggedMetric",
        ["OnlineFeatures"] = "OnlineResponse",
        ["Resource"] = "ResourceView",
        ["Token"] = "TokenInfo",
        ["TokenScope"] = "CollectionScope",
        ["ViewState"] = "FeatureViewDetail",
    };

    /// <summary>What the client leaves out on purpose.</summary>
    private static readonly HashSet<string> LeftOut =
    [
        "AssetVersion.ref", // kind, name and number again
        "IngestResult.validation", // in the run's artifacts
        "MonitorStatus.spec", "MonitorStatus.last", // declared; and on the monitor's page
        "Run.datasets", "Run.modelInputs", "Run.modelOutputs", // what tracking clients of other languages say of their runs
        "ViewState.name", "ViewState.version", "ViewState.spec", "ViewState.features", // asked for its watermark alone
    ];

    private static readonly JsonElement Schemas =
        JsonDocument.Parse(File.ReadAllBytes(Repository.Path("docs/openapi.json"))).RootElement.GetProperty("components").GetProperty("schemas");

    public static TheoryData<string> Records =>
        [.. typeof(OrreryClient).Assembly.GetTypes().Where(IsRecord).Where(type => type.Name is not ("Problem" or "TextEmbeddings") && type.DeclaringType?.Name != "GatewayClient" && type.Namespace != "Orrery.Client.Tracking")
            .Select(type => type.FullName!)]; // RFC 9457 and OpenAI's embeddings, not ours; what is tracked goes into files

    [Theory]
    [MemberData(nameof(Records))]
    public void A_record_says_what_the_API_document_says(string record)
    {
        var type = typeof(OrreryClient).Assembly.GetType(record)!;
        Assert.True(Schemas.TryGetProperty(SchemaOf(type), out var schema), $"The API document has no schema '{SchemaOf(type)}'.");
        var members = schema.GetProperty("properties").EnumerateObject().ToDictionary(member => member.Name, member => member.Value);
        var drifts = new List<string>();
        foreach (var property in Wire(type))
        {
            var name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            if (!members.Remove(name, out var member))
                drifts.Add($"{name}: the server has no such member");
            else
                Compare(property, member, name, drifts);
        }

        drifts.AddRange(members.Keys.Where(name => !LeftOut.Contains($"{type.Name}.{name}")).Select(name => $"{name}: the client lacks it"));
        Assert.Empty(drifts);
    }

    [Fact]
    public void What_is_left_out_on_purpose_is_there_to_be_left_out()
    {
        var types = typeof(OrreryClient).Assembly.GetTypes().Where(IsRecord).ToDictionary(type => type.Name);
        Assert.All(LeftOut, left =>
        {
            var (type, member) = (types[left.Split('.')[0]], left.Split('.')[1]);
            Assert.True(Schemas.GetProperty(SchemaOf(type)).GetProperty("properties").TryGetProperty(member, out _), left);
            Assert.DoesNotContain(Wire(type), property => JsonNamingPolicy.CamelCase.ConvertName(property.Name) == member);
        });
    }

    [Theory]
    [InlineData("""{ "type": "integer", "format": "int64" }""", "type")]
    [InlineData("""{ "type": ["null", "string"] }""", "null")]
    [InlineData("""{ "enum": ["on", "off", "new"] }""", "words")]
    [InlineData("""{ "type": "array", "items": { "type": "string" } }""", "type")]
    public void A_drift_is_seen(string schema, string what)
    {
        var drifts = new List<string>();
        Compare(typeof(Sample).GetProperty(nameof(Sample.State))!, JsonDocument.Parse(schema).RootElement, "state", drifts);
        Assert.Contains(what, Assert.Single(drifts), StringComparison.Ordinal);
    }

    private static void Compare(PropertyInfo property, JsonElement schema, string name, List<string> drifts)
    {
        var (client, server) = (IsNullable(new NullabilityInfoContext().Create(property)), Unwrap(ref schema));
        if (client != server)
            drifts.Add($"{name}: null is {(server ? "possible on the server, not" : "not possible on the server, but")} in the client");
        if (TypeOf(schema) is var said && !Fits(said, TypeOf(property.PropertyType)))
        {
            // Words travel as text.
            var words = property.GetCustomAttribute<WordsAttribute>()?.Words;
            if (said.Contains('|', StringComparison.Ordinal) && words is not null)
            {
                var spoken = TypeOf(property.PropertyType).Replace("text", string.Join('|', words), StringComparison.Ordinal);
                if (spoken != said)
                    drifts.Add($"{name}: the words are {said} on the server, {spoken} in the client");
            }
            else
                drifts.Add($"{name}: the type is {said} on the server, {TypeOf(property.PropertyType)} in the client");
        }
    }

    private static bool Fits(string server, string client) =>
        server == client || (server.EndsWith("anything", StringComparison.Ordinal) && client.StartsWith(server[..^"anything".Length], StringComparison.Ordinal));

    // Whether null may stand there; what remains of the schema says what else.
    private static bool Unwrap(ref JsonElement schema)
    {
        if (schema.TryGetProperty("oneOf", out var either))
        {
            var rest = either.EnumerateArray().Where(form => !IsNull(form)).ToList();
            var nullable = rest.Count < either.GetArrayLength();
            schema = Assert.Single(rest);
            return nullable;
        }

        if (schema.TryGetProperty("anyOf", out var any))
            return any.EnumerateArray().Any(IsNull);
        return schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.Array && type.EnumerateArray().Any(one => one.GetString() == "null");
    }

    private static bool IsNull(JsonElement form) => form.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.GetString() == "null";

    private static string TypeOf(JsonElement schema)
    {
        _ = Unwrap(ref schema);
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var name = reference.GetString()!.Split('/')[^1];
            var target = Schemas.GetProperty(name);
            return target.TryGetProperty("properties", out _) ? name : TypeOf(target);
        }

        if (schema.TryGetProperty("enum", out var words))
            return string.Join('|', words.EnumerateArray().Where(word => word.ValueKind == JsonValueKind.String).Select(word => word.GetString()));
        var format = schema.TryGetProperty("format", out var said) ? said.GetString() : null;
        if (format == "double")
            return "double";
        if (!schema.TryGetProperty("type", out var type))
            return "anything";
        return (type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()).Single(one => one != "null") : type.GetString()) switch
        {
            "integer" => format!,
            "string" => format == "date-time" ? "moment" : "text",
            "array" => $"list of {Inner(schema, "items")}",
            "object" => $"map of {Inner(schema, "additionalProperties")}",
            var plain => plain!,
        };
    }

    private static string Inner(JsonElement schema, string key) => schema.TryGetProperty(key, out var inner) ? TypeOf(inner) : "anything";

    private static string TypeOf(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsGenericType)
        {
            var inner = TypeOf(type.GetGenericArguments()[^1]);
            return type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) ? $"map of {inner}" : $"list of {inner}";
        }

        return type == typeof(string) || type == typeof(RunId) || type == typeof(VersionId) || type == typeof(AssetId) || type == typeof(Digest) || type == typeof(AssetKind) || type == typeof(AssetRef) ? "text"
            : type == typeof(int) ? "int32"
            : type == typeof(long) ? "int64"
            : type == typeof(double) ? "double"
            : type == typeof(bool) ? "boolean"
            : type == typeof(DateTimeOffset) ? "moment"
            : type == typeof(JsonElement) ? "anything"
            : SchemaOf(type);
    }

    private static string SchemaOf(Type type) => Names.GetValueOrDefault(type.Name, type.Name);

    private static bool IsNullable(NullabilityInfo info) => info.ReadState == NullabilityState.Nullable;

    // What a record's constructor takes; the rest are conveniences.
    private static IEnumerable<PropertyInfo> Wire(Type type)
    {
        var parameters = type.GetConstructors().MaxBy(constructor => constructor.GetParameters().Length)!.GetParameters().Select(parameter => parameter.Name).ToHashSet();
        return type.GetProperties().Where(property => parameters.Contains(property.Name));
    }

    private static bool IsRecord(Type type) => type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic) is not null;

    private sealed record Sample([property: Words("on", "off")] string State);
}
