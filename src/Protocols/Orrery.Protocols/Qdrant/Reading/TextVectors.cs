using System.Text.Json;
using Orrery.Search.Filters;
using Orrery.Search.Points;
using Orrery.Search.Texts;

namespace Orrery.Protocols.Qdrant.Reading;

/// <summary>What a text stands for.</summary>
internal enum TextUse
{
    /// <summary>A vector that is kept.</summary>
    Document,

    /// <summary>A vector that is looked for.</summary>
    Query,
}

/// <summary>Texts in the place of vectors: <c>{"text": …, "model": "qdrant/bm25", "options": …}</c>. Those of other models were embedded before (<see cref="TextEmbedding"/>).</summary>
internal static class TextVectors
{
    public static VectorValue Of(JsonElement document, TextUse use)
    {
        var model = document.Required("model").Text("model");
        if (!string.Equals(model, Bm25.Model, StringComparison.OrdinalIgnoreCase))
            throw QdrantRefusal.NotImplemented($"the model '{model}' is not served on this way, {Bm25.Model} is; send vectors");
        var text = document.Required("text").Text("text");
        var bm25 = Model(document.Member("options"));
        return use == TextUse.Document ? bm25.Document(text) : bm25.Query(text);
    }

    // The options are of BM25 itself, and those of a text index, which say how words are cut; English where nobody says.
    private static Bm25 Model(JsonElement? options)
    {
        if (options is not { } given)
            return Default;
        var language = given.Member("language")?.Text("language") ?? "english";
        if (language is not ("english" or "none"))
            throw QdrantRefusal.NotImplemented($"BM25 of '{language}'; 'english' and 'none' are there, and `stopwords` may be given");
        var isEnglish = language == "english";
        var rules = new WordRules(
            given.Member("tokenizer")?.Word<Tokenizer>("tokenizer") ?? Tokenizer.Word,
            given.Member("lowercase")?.Truth("lowercase") ?? true,
            given.Member("min_token_len")?.Whole("min_token_len"),
            given.Member("max_token_len")?.Whole("max_token_len"),
            given.Member("ascii_folding")?.Truth("ascii_folding") ?? false)
        {
            StopWords = given.Member("stopwords") is { } words ? FieldSchemaReader.Left(words) : isEnglish ? StopWords.Of("english")! : [],
            Stemmer = given.Member("stemmer") is { } stemmer ? FieldSchemaReader.Stemmer(stemmer) : isEnglish ? Stemmer.English : Stemmer.None,
        };
        return new(rules, given.Member("k")?.Number("k") ?? 1.2, given.Member("b")?.Number("b") ?? 0.75, given.Member("avg_len")?.Number("avg_len") ?? 256);
    }

    private static Bm25 Default { get; } = new(new() { StopWords = StopWords.Of("english")!, Stemmer = Stemmer.English });
}
