using System.Text.Encodings.Web;
using System.Text.Json;
using static Orrery.Language.Grammars.Schemas.SchemaKeywords;

namespace Orrery.Language.Grammars.Schemas;

/// <summary>
/// JSON Schema (2020-12, and draft 7's names for the same) to a grammar. What cannot be held token by token is refused by name rather than let through:
/// a promise that the answer fits the schema is worth nothing with exceptions.
/// </summary>
internal sealed class SchemaCompiler
{
    private const int MaxDepth = 64;

    public static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonElement _root;
    private readonly Dictionary<string, Pattern> _rules = new(StringComparer.Ordinal);
    private int _depth;

    public SchemaCompiler(JsonElement root)
    {
        _root = root;
        JsonPatterns.AddTo(_rules);
    }

    public static IReadOnlyDictionary<string, Pattern> AnyObject()
    {
        var rules = new Dictionary<string, Pattern>(StringComparer.Ordinal);
        JsonPatterns.AddTo(rules);
        rules["root"] = JsonPatterns.Object;
        return rules;
    }

    public IReadOnlyDictionary<string, Pattern> Compile()
    {
        _rules["root"] = Schema(_root, "#");
        return _rules;
    }

    private Pattern Schema(JsonElement schema, string place)
    {
        if (schema.ValueKind == JsonValueKind.True)
            return JsonPatterns.Value;
        if (schema.ValueKind != JsonValueKind.Object)
            throw Fault(place, schema.ValueKind == JsonValueKind.False ? "the schema false accepts nothing" : "a schema must be an object");
        if (++_depth > MaxDepth)
            throw Fault(place, $"schemas are nested more than {MaxDepth} deep");
        Check(schema, place);
        var pattern = Body(schema, place);
        _depth--;
        return schema.Find("nullable") is { ValueKind: JsonValueKind.True } ? Pattern.Any(pattern, JsonPatterns.Null) : pattern;
    }

    private Pattern Body(JsonElement schema, string place)
    {
        if (schema.Find("$ref") is { } reference)
            return Referred(reference, place);
        if (schema.Find("const") is { } constant)
            return Exactly(constant);
        if (schema.Find("enum") is { } values)
            return Pattern.Any([.. Entries(values, $"{place}/enum").Select(Exactly)]);
        foreach (var name in (string[])["anyOf", "oneOf"])
        {
            if (schema.Find(name) is { } choices)
                return Pattern.Any([.. Entries(choices, $"{place}/{name}").Select((choice, index) => Schema(choice, $"{place}/{name}/{index}"))]);
        }

        if (schema.Find("allOf") is { } all)
            return Schema(SchemaMerge.All(schema, Entries(all, $"{place}/allOf"), place, Resolve), place);
        return Typed(schema, place);
    }

    private Pattern Typed(JsonElement schema, string place)
    {
        if (schema.Find("type") is not { } type)
        {
            // Without a type the other keywords say which one is meant.
            var implied = schema.Has("properties", "required", "additionalProperties") ? "object"
                : schema.Has("items", "prefixItems", "minItems", "maxItems") ? "array"
                : schema.Has("minLength", "maxLength", "format") ? "string"
                : schema.Has("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum") ? "number" : null;
            return implied is null ? JsonPatterns.Value : OfType(implied, schema, place);
        }

        return type.ValueKind == JsonValueKind.String
            ? OfType(type.GetString()!, schema, place)
            : Pattern.Any([.. Entries(type, $"{place}/type").Select(item => OfType(item.ToString(), schema, place))]);
    }

    private Pattern OfType(string type, JsonElement schema, string place) => type switch
    {
        "null" => JsonPatterns.Null,
        "boolean" => JsonPatterns.Boolean,
        "string" => ScalarSchemas.Text(schema, place),
        "integer" => ScalarSchemas.Integer(schema, place),
        "number" => ScalarSchemas.Number(schema, place),
        "array" => Array(schema, place),
        "object" => new ObjectCompiler(_rules, Schema).Compile(schema, place),
        _ => throw Fault(place, $"the type '{type}' is not one of null, boolean, string, integer, number, array, object"),
    };

    private Pattern Array(JsonElement schema, string place)
    {
        var (least, most) = Counts(schema, "minItems", "maxItems", place);
        var fixedItems = schema.Find("prefixItems") is { } prefix ? Entries(prefix, $"{place}/prefixItems").Select((item, index) => Schema(item, $"{place}/prefixItems/{index}")).ToList() : [];
        if (most is not null && fixedItems.Count > most)
            fixedItems = fixedItems[..most.Value];
        var more = schema.Find("items") switch
        {
            { ValueKind: JsonValueKind.False } => null,
            { } items => Schema(items, $"{place}/items"),
            null => JsonPatterns.Value,
        };
        more = most == fixedItems.Count ? null : more;
        if (more is null && least > fixedItems.Count)
            throw Fault(place, $"'minItems' asks for {least} items, but only {fixedItems.Count} are allowed");
        // An array without a fixed beginning has its first item, which has no comma before it, as such.
        if (fixedItems.Count == 0 && more is not null)
            fixedItems = [more];
        var rest = more is null ? Pattern.Nothing
            : new Repeat(Pattern.Of(JsonPatterns.Comma, more), Math.Max(0, least - fixedItems.Count), most is null ? null : most.Value - fixedItems.Count);
        for (var i = fixedItems.Count - 1; i >= 0; i--)
        {
            var item = Pattern.Of(i == 0 ? Pattern.Nothing : JsonPatterns.Comma, fixedItems[i], rest);
            rest = i < least ? item : Pattern.Maybe(item);
        }

        return Pattern.Of(JsonPatterns.Open("["), rest, JsonPatterns.Close("]"));
    }

    private Reference Referred(JsonElement reference, string place)
    {
        var path = reference.ValueKind == JsonValueKind.String ? reference.GetString()! : throw Fault(place, "'$ref' must be a string");
        var rule = "ref " + path;
        if (!_rules.ContainsKey(rule))
        {
            // The rule stands before its pattern is known: schemas may speak of themselves.
            _rules[rule] = Pattern.Nothing;
            _rules[rule] = Schema(Resolve(path, place), path);
        }

        return new Reference(rule);
    }

    private JsonElement Resolve(string path, string place)
    {
        if (path != "#" && !path.StartsWith("#/", StringComparison.Ordinal))
            throw Fault(place, $"'$ref' must point into the schema itself ('#/$defs/name'), not to '{path}'");
        var at = _root;
        foreach (var part in path.Split('/').Skip(1))
        {
            // RFC 6901, section 4.
            var name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
                throw Fault(place, $"'$ref' points to '{path}', which is not there");
        }

        return at;
    }

    private static Literal Exactly(JsonElement value) => new(JsonSerializer.Serialize(value, Plain));
}
