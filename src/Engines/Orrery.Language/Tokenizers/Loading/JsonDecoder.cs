namespace Orrery.Language.Tokenizers.Loading;

/// <summary>The <c>decoder</c> of a tokenizer.json, as far as it decides how a token is spelt.</summary>
internal sealed class JsonDecoder(JsonPart? decoder, JsonPreTokenizer steps)
{
    /// <summary>A space that was put before the text is taken away again.</summary>
    public bool DropsFirstSpace => Parts(decoder).Any(part => part.Type switch
    {
        "Metaspace" => (part.Text("prepend_scheme") ?? (part.Flag("add_prefix_space") ?? true ? "always" : "never")) != "never",
        "WordPiece" => true,
        // The end of Llama 2's sequence: one space off the start.
        "Strip" => part.Text("content") == " " && part.Integer("start") > 0,
        _ => false,
    });

    public TokenSpelling Spelling(JsonPart model) => Parts(decoder).Select(part => part.Type).ToHashSet() switch
    {
        var types when types.Contains("ByteLevel") || steps.IsByteLevel => TokenSpelling.ByteLevel,
        var types when types.Contains("WordPiece") || JsonModel.Kind(model) == "WordPiece" => TokenSpelling.WordPiece,
        _ => TokenSpelling.SentencePiece,
    };

    private static IEnumerable<JsonPart> Parts(JsonPart? part) => part switch
    {
        null => [],
        { Type: "Sequence" } found => found.Items("decoders").SelectMany(item => Parts(item)),
        { } found => [found],
    };
}
