namespace Orrery.Language.Tokenizers;

/// <summary>The tokens of a vocabulary that have a part of their own; null where the model has none.</summary>
public sealed record SpecialTokens
{
    /// <summary>Begins a text.</summary>
    public int? Bos { get; init; }

    /// <summary>Ends a text.</summary>
    public int? Eos { get; init; }

    /// <summary>Stands for what cannot be spelt.</summary>
    public int? Unknown { get; init; }

    /// <summary>Fills a batch up.</summary>
    public int? Padding { get; init; }

    /// <summary>Divides two texts (BERT's <c>[SEP]</c>).</summary>
    public int? Separator { get; init; }

    /// <summary>Gathers the text for a classifier (BERT's <c>[CLS]</c>).</summary>
    public int? Classification { get; init; }

    /// <summary>The gap to fill (BERT's <c>[MASK]</c>).</summary>
    public int? Mask { get; init; }

    /// <summary>Every token that ends an answer: the end of text, and the end of a turn where the model has one of its own.</summary>
    public IReadOnlySet<int> EndOfGeneration { get; init; } = new HashSet<int>();

    /// <summary>Names that chat models give to the end of a turn; a file says only which token ends a text.</summary>
    private static readonly string[] EndOfTurnNames =
    [
        "<|eot_id|>", "<|eom_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<|EOT|>", "_<EOT>", "<EOT>",
        "<|end_of_text|>", "<|end_of_turn|>", "<|END_OF_TURN_TOKEN|>", "<｜end▁of▁sentence｜>", "<end_of_utterance>", "<|return|>", "<|call|>",
    ];

    /// <summary>Finds the tokens that end an answer: the end of text, those that the file names, and those with a well-known name.</summary>
    internal SpecialTokens WithEndsOf(Vocabulary vocabulary, params int?[] named)
    {
        var ends = named.Append(Eos).OfType<int>().ToHashSet();
        foreach (var name in EndOfTurnNames)
        {
            if (vocabulary.TryFind(name, out var id) && vocabulary.Kind(id) is TokenKind.Control or TokenKind.UserDefined)
                ends.Add(id);
        }

        return this with { EndOfGeneration = ends };
    }
}
