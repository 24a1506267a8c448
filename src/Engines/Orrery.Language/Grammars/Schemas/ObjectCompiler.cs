using System.Text.Json;

namespace Orrery.Language.Grammars.Schemas;

/// <summary>Objects: the properties in the order of the schema, those that are not required perhaps left out, others after them where they are allowed.</summary>
internal sealed class ObjectCompiler(Dictionary<string, Pattern> rules, Func<JsonElement, string, Pattern> compile)
{
    public Pattern Compile(JsonElement schema, string place)
    {
        var properties = Properties(schema, place);
        var required = Required(schema, place);
        // Names that are required but not described may have any value.
        properties.AddRange(required.Where(name => properties.All(property => property.Name != name)).Select(name => (name, JsonPatterns.Value)).ToList());
        var more = More(schema, properties, place);
        var prefix = $"object {rules.Count} ";
        // What may follow, from each property on; whether something stands before it decides on the comma.
        for (var at = properties.Count; at >= 0; at--)
        {
            rules[Name(prefix, at, isFirst: true)] = From(prefix, at, isFirst: true, properties, required, more);
            rules[Name(prefix, at, isFirst: false)] = From(prefix, at, isFirst: false, properties, required, more);
        }

        return Pattern.Of(JsonPatterns.Open("{"), new Reference(Name(prefix, 0, isFirst: true)), JsonPatterns.Close("}"));
    }

    private static Pattern From(string prefix, int at, bool isFirst, List<(string Name, Pattern Value)> properties, HashSet<string> required, Pattern? more)
    {
        var comma = isFirst ? Pattern.Nothing : JsonPatterns.Comma;
        if (at == properties.Count)
            return more is null ? Pattern.Nothing : Pattern.Maybe(Pattern.Of(comma, more, new Repeat(Pattern.Of(JsonPatterns.Comma, more), 0, null)));
        var (name, value) = properties[at];
        var key = new Literal(JsonSerializer.Serialize(name, SchemaCompiler.Plain));
        var present = Pattern.Of(comma, key, JsonPatterns.Colon, value, new Reference(Name(prefix, at + 1, isFirst: false)));
        return required.Contains(name) ? present : Pattern.Any(present, new Reference(Name(prefix, at + 1, isFirst)));
    }

    private List<(string Name, Pattern Value)> Properties(JsonElement schema, string place)
    {
        if (schema.Find("properties") is not { } properties)
            return [];
        if (properties.ValueKind != JsonValueKind.Object)
            throw SchemaKeywords.Fault(place, "'properties' must be an object");
        return [.. properties.EnumerateObject().Select(property => (property.Name, compile(property.Value, $"{place}/properties/{property.Name}")))];
    }

    private static HashSet<string> Required(JsonElement schema, string place)
    {
        if (schema.Find("required") is not { } required)
            return [];
        if (required.ValueKind != JsonValueKind.Array || required.EnumerateArray().Any(name => name.ValueKind != JsonValueKind.String))
            throw SchemaKeywords.Fault(place, "'required' must be an array of names");
        return [.. required.EnumerateArray().Select(name => name.GetString()!)];
    }

    /// <summary>
    /// A property that the schema does not name, or null where there may be none. Properties that are described are meant to be all unless the schema says otherwise:
    /// a model takes what the grammar offers.
    /// </summary>
    private Pattern? More(JsonElement schema, List<(string Name, Pattern Value)> properties, string place)
    {
        var additional = schema.Find("additionalProperties");
        if (additional is { ValueKind: JsonValueKind.False } || (additional is null && properties.Count > 0))
            return null;
        var value = additional is { } rule ? compile(rule, $"{place}/additionalProperties") : JsonPatterns.Value;
        return Pattern.Of(JsonPatterns.Quote, OtherName([.. properties.Select(property => property.Name)]), JsonPatterns.Colon, value);
    }

    /// <summary>The rest of a name that is none of these, with its closing quote. Until it differs from all of them it has no escapes, which could spell one of them.</summary>
    private static Pattern OtherName(IReadOnlyList<string> names)
    {
        var anything = Pattern.Of(new Repeat(JsonPatterns.Character, 0, null), JsonPatterns.Quote);
        if (names.Count == 0)
            return anything;
        var next = names.Where(name => name.Length > 0).GroupBy(name => char.ConvertToUtf32(name, 0)).ToList();
        List<(int, int)> excluded = [(0, 0x1F), ('"', '"'), ('\\', '\\'), (0xD800, 0xDFFF), .. next.Select(group => (group.Key, group.Key))];
        var choices = new List<Pattern> { Pattern.Of(new CharacterClass(excluded, IsNegated: true), anything) };
        if (!names.Contains(""))
            choices.Add(JsonPatterns.Quote);
        foreach (var group in next.Where(group => group.Key is not ('"' or '\\' or < 0x20)))
        {
            var first = char.ConvertFromUtf32(group.Key);
            choices.Add(Pattern.Of(new Literal(first), OtherName([.. group.Select(name => name[first.Length..])])));
        }

        return Pattern.Any([.. choices]);
    }

    private static string Name(string prefix, int at, bool isFirst) => $"{prefix}{at} {(isFirst ? "first" : "next")}";
}
