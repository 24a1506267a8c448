using System.Text.Json;
using Orrery.Search.Collections;
using Orrery.Search.Filters;

namespace Orrery.Protocols.Qdrant.Reading;

/// <summary>Reads how a field is declared for filtering.</summary>
internal static class FieldSchemaReader
{
    public static FieldSchema Read(JsonElement schema)
    {
        if (schema.ValueKind == JsonValueKind.String)
            return new(schema.Word<FieldType>("field_schema"));
        var type = schema.Required("type").Word<FieldType>("type");
        var (lookup, range) = (schema.Member("lookup")?.Truth("lookup") ?? true, schema.Member("range")?.Truth("range") ?? true);
        if (!lookup && !range)
            throw QdrantRefusal.Validation("field_schema", "Validation error: the 'lookup' and 'range' capabilities can't be both disabled");
        return new(type) { Lookup = lookup, Range = range, Params = schema.Clone(), Words = type == FieldType.Text ? Words(schema) : null };
    }

    private static WordRules Words(JsonElement schema) => new(
        schema.Member("tokenizer")?.Word<Tokenizer>("tokenizer") ?? Tokenizer.Word,
        schema.Member("lowercase")?.Truth("lowercase") ?? true,
        schema.Member("min_token_len")?.Whole("min_token_len"),
        schema.Member("max_token_len")?.Whole("max_token_len"),
        schema.Member("ascii_folding")?.Truth("ascii_folding") ?? false)
    {
        StopWords = schema.Member("stopwords") is { } words ? Left(words) : [],
        Stemmer = schema.Member("stemmer") is { } stemmer ? Stemmer(stemmer) : Search.Filters.Stemmer.None,
    };

    /// <summary>What is left of words.</summary>
    public static Stemmer Stemmer(JsonElement stemmer)
    {
        if (stemmer.ValueKind != JsonValueKind.Object || stemmer.Member("type")?.Text("type") is null or "none" or "disabled")
            return Search.Filters.Stemmer.None;
        var (type, language) = (stemmer.Member("type")!.Value.Text("type"), stemmer.Member("language")?.Text("language"));
        return type == "snowball" && language is "english" or "en"
            ? Search.Filters.Stemmer.English
            : throw QdrantRefusal.NotImplemented($"the stemmer '{type}' of '{language}'; there is Snowball's of English");
    }

    // One language, or languages and words.
    public static List<string> Left(JsonElement words)
    {
        if (words.ValueKind == JsonValueKind.String)
            return [.. Language(words)];
        return
        [
            .. words.Member("languages") is { } languages ? languages.OneOrMany().SelectMany(Language) : [],
            .. words.Member("custom") is { } custom ? custom.Items("custom").Select(word => word.Text("custom").ToLowerInvariant()) : [],
        ];
    }

    private static IReadOnlyList<string> Language(JsonElement language) =>
        StopWords.Of(language.Text("stopwords")) ?? throw QdrantRefusal.NotImplemented($"stop words of '{language.GetString()}'; give them as `custom`");
}
