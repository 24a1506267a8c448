using Orrery.Kernel;
using Orrery.Language.Weights;

namespace Orrery.Language.Tokenizers.Loading;

/// <summary>Reads the tokenizer's keys of a GGUF file, each checked for its type.</summary>
internal sealed class GgufKeys(ModelMetadata metadata)
{
    public string? Text(string key) => metadata.FindString(key);

    public bool? Flag(string key) => metadata.FindBoolean(key);

    public IReadOnlyList<string>? Texts(string key) => metadata.FindStrings(key);

    public byte[]? Bytes(string key) => metadata.FindIntegers(key) is { } values ? [.. values.Select(value => unchecked((byte)value))] : null;

    public Vocabulary Vocabulary(TokenSpelling spelling)
    {
        var texts = Texts("tokenizer.ggml.tokens") ?? throw new InvalidException("The GGUF file's tokenizer has no tokens: the key 'tokenizer.ggml.tokens' is missing.");
        if (texts.Count == 0)
            throw new InvalidException("The GGUF file's tokenizer has an empty vocabulary.");
        var kinds = metadata.FindIntegers("tokenizer.ggml.token_type")?.Select(Kind) ?? Enumerable.Repeat(TokenKind.Normal, texts.Count);
        return new Vocabulary([.. texts], [.. kinds], spelling);
    }

    public float[] Scores(Vocabulary vocabulary)
    {
        var scores = metadata.FindNumbers("tokenizer.ggml.scores") ?? throw new InvalidException("The GGUF file's tokenizer has no scores: the key 'tokenizer.ggml.scores' is missing.");
        if (scores.Count != vocabulary.Count || scores.Any(double.IsNaN))
            throw new InvalidException($"The key 'tokenizer.ggml.scores' must hold {vocabulary.Count} numbers, one for each token; it has {scores.Count}.");
        return [.. scores.Select(score => (float)score)];
    }

    public SpecialTokens Special(Vocabulary vocabulary)
    {
        int? Id(string name) => Token($"tokenizer.ggml.{name}_token_id", vocabulary);
        var isSentencePiece = Text("tokenizer.ggml.model") == "llama";
        return new SpecialTokens
        {
            Bos = Id("bos") ?? (isSentencePiece ? 1 : null),
            Eos = Id("eos") ?? (isSentencePiece ? 2 : null),
            Unknown = Id("unknown") ?? (isSentencePiece ? 0 : null),
            Padding = Id("padding"),
            // The key has been misspelt since the format began; newer files may have it right.
            Separator = Id("seperator") ?? Id("separator"),
            Classification = Id("cls"),
            Mask = Id("mask"),
        }.WithEndsOf(vocabulary, Id("eot"), Id("eom"));
    }

    public SequenceTemplate Template(SpecialTokens special, bool addsBos, bool addsEos)
    {
        int[] before = (Flag("tokenizer.ggml.add_bos_token") ?? addsBos) && special.Bos is { } bos ? [bos] : [];
        int[] after = (Flag("tokenizer.ggml.add_eos_token") ?? addsEos) && special.Eos is { } eos ? [eos] : [];
        return new SequenceTemplate(before, after, [.. after, .. (Flag("tokenizer.ggml.add_sep_token") ?? false) && special.Separator is { } separator ? new[] { separator } : []]);
    }

    private int? Token(string key, Vocabulary vocabulary)
    {
        if (metadata.FindInteger(key) is not { } id)
            return null;
        return id >= 0 && id < vocabulary.Count ? (int)id : throw new InvalidException($"The key '{key}' names token {id}, but the vocabulary has {vocabulary.Count} tokens.");
    }

    /// <summary>0 is "undefined" in the format: such a token is text like any other.</summary>
    private static TokenKind Kind(long number) => number is >= 1 and <= 6 ? (TokenKind)number : TokenKind.Normal;
}
