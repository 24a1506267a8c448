using CsCheck;
using Orrery.Language.Tokenizers;
using Orrery.Language.Tokenizers.Models;
using Xunit;

namespace Orrery.Engines.Tests.Language.Tokenizers;

public sealed class UnigramTests
{
    [Fact]
    public void No_other_split_has_a_better_score() =>
        Gen.Select(Gen.String[Gen.Char["abc"], 1, 4].Array[1, 12], Gen.Float[-9, -1].Array[12], Gen.String[Gen.Char["abc"], 0, 9]).Sample((pieces, scores, text) =>
        {
            string[] texts = ["<unk>", .. pieces.Distinct()];
            var vocabulary = new Vocabulary(texts, [TokenKind.Unknown, .. Enumerable.Repeat(TokenKind.Normal, texts.Length - 1)], TokenSpelling.SentencePiece);
            float[] all = [0, .. scores[..(texts.Length - 1)]];
            var ids = new List<int>();
            new UnigramModel(vocabulary, all, unknownId: 0, unknownScore: -1000).Encode(text, ids);
            var best = Best(text, texts, all);
            // A text that no pieces spell has an unknown token in it, and the other way round.
            return best is null ? ids.Contains(0) : Math.Abs(ids.Sum(id => all[id]) - best.Value) < 1e-3 && string.Concat(ids.Select(id => texts[id])) == text;
        });

    [Fact]
    public void Unknown_characters_in_a_row_are_one_token()
    {
        var vocabulary = new Vocabulary(["<unk>", "a"], [TokenKind.Unknown, TokenKind.Normal], TokenSpelling.SentencePiece);
        var ids = new List<int>();
        new UnigramModel(vocabulary, [0, -1], unknownId: 0).Encode("xy🦙a?", ids);
        Assert.Equal([0, 1, 0], ids);
    }

    /// <summary>Every split, by recursion; null where there is none.</summary>
    private static float? Best(string text, string[] texts, float[] scores) => text.Length == 0
        ? 0
        : Enumerable.Range(1, texts.Length - 1).Where(id => text.StartsWith(texts[id], StringComparison.Ordinal))
            .Select(id => scores[id] + Best(text[texts[id].Length..], texts, scores)).Where(score => score is not null).Max();
}
