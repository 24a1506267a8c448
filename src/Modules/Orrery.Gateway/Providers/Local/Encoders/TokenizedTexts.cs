using Orrery.Language.Tokenizers;

namespace Orrery.Gateway.Providers.Local.Encoders;

/// <summary>Texts as tokens of an encoder, cut to what it reads: the last token, which says that a text ends, stays.</summary>
internal static class TokenizedTexts
{
    public static int[][] Of(Tokenizer tokenizer, IReadOnlyList<string> texts, int most) => [.. texts.Select(text => Cut(tokenizer.Encode(text, EncodeOptions.Document), most))];

    /// <summary>Pairs with the segment of each token.</summary>
    public static (int[][] Tokens, int[][] Segments) Pairs(Tokenizer tokenizer, string query, IReadOnlyList<string> texts, int most)
    {
        // The second text begins where it would if it were empty, before the one token that ends it.
        var second = Math.Min(tokenizer.EncodePair(query, "").Length - 1, most - 1);
        int[][] tokens = [.. texts.Select(text => Cut(tokenizer.EncodePair(query, text), most))];
        return (tokens, [.. tokens.Select(pair => Enumerable.Range(0, pair.Length).Select(i => i < second ? 0 : 1).ToArray())]);
    }

    private static int[] Cut(int[] tokens, int most) => tokens.Length <= most ? tokens : [.. tokens[..(most - 1)], tokens[^1]];
}
