namespace Orrery.Language.Tokenizers.Splitting;

/// <summary>BERT's words: white space divides, every mark of punctuation stands alone.</summary>
internal static class BertSplit
{
    public static SplitRule[] Rules { get; } =
    [
        new CharacterSplit(char.IsWhiteSpace, SplitBehavior.Removed),
        new CharacterSplit(IsPunctuation, SplitBehavior.Isolated),
    ];

    /// <summary>BERT's <c>_is_punctuation</c>: what Unicode calls punctuation, and every ASCII sign that is no letter or digit.</summary>
    public static bool IsPunctuation(char character) =>
        char.IsPunctuation(character) || character is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~');
}
