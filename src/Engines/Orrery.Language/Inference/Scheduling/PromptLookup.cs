namespace Orrery.Language.Inference.Scheduling;

/// <summary>
/// Guesses how a text goes on from what it has said before: behind the latest earlier place where its last three (or two) tokens stood. Answers that quote their prompt are guessed
/// for long stretches; a wrong guess costs little, since the step reads its weights once for all tokens. (A. Saxena, Prompt Lookup Decoding, 2023.)
/// </summary>
internal static class PromptLookup
{
    private const int Longest = 3, Shortest = 2;

    /// <summary>Up to <paramref name="most"/> tokens.</summary>
    public static ReadOnlySpan<int> Guess(ReadOnlySpan<int> tokens, int most)
    {
        for (var length = Longest; length >= Shortest && most > 0; length--)
        {
            if (tokens.Length <= length)
                continue;
            var earlier = tokens[..^1].LastIndexOf(tokens[^length..]);
            if (earlier >= 0)
                return tokens.Slice(earlier + length, Math.Min(most, tokens.Length - earlier - length));
        }

        return [];
    }
}
