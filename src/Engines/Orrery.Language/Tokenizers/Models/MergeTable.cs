using Orrery.Kernel;

namespace Orrery.Language.Tokenizers.Models;

/// <summary>Which neighbours become one token, and which of them first: a lower rank goes before a higher.</summary>
internal sealed class MergeTable
{
    private readonly Dictionary<ulong, Merge> _merges;

    public MergeTable(int capacity) => _merges = new(capacity);

    public void Add(int left, int right, Merge merge)
    {
        // A pair that is listed twice keeps its first rank, as it was learnt.
        _merges.TryAdd(Key(left, right), merge);
    }

    public bool TryFind(int left, int right, out Merge merge) => _merges.TryGetValue(Key(left, right), out merge);

    /// <summary>The merges of a SentencePiece vocabulary, which lists none: every split of a piece into two pieces, the higher score first.</summary>
    public static MergeTable FromScores(Vocabulary vocabulary, float[] scores)
    {
        // Equal scores are equal ranks: then the leftmost pair is merged first, as sentencepiece's bpe_model.cc does.
        var ranks = scores.Distinct().OrderDescending().Select((score, rank) => (score, rank)).ToDictionary(pair => pair.score, pair => pair.rank);
        var table = new MergeTable(4 * vocabulary.Count);
        var byText = vocabulary.BySpan;
        for (var id = 0; id < vocabulary.Count; id++)
        {
            if (vocabulary.Kind(id) is not (TokenKind.Normal or TokenKind.UserDefined))
                continue;
            var text = vocabulary.Text(id);
            for (var cut = 1; cut < text.Length; cut++)
            {
                if (byText.TryGetValue(text.AsSpan(0, cut), out var left) && byText.TryGetValue(text.AsSpan(cut), out var right))
                    table.Add(left, right, new Merge(ranks[scores[id]], id));
            }
        }

        return table;
    }

    /// <summary>The merges of a file, in the order of their rank.</summary>
    /// <exception cref="InvalidException">A merge speaks of a token that does not exist.</exception>
    public static MergeTable FromPairs(Vocabulary vocabulary, IReadOnlyList<(string Left, string Right)> pairs, string continuingPrefix = "")
    {
        var table = new MergeTable(pairs.Count);
        for (var rank = 0; rank < pairs.Count; rank++)
        {
            var (left, right) = pairs[rank];
            var merged = left + (continuingPrefix.Length > 0 && right.StartsWith(continuingPrefix, StringComparison.Ordinal) ? right[continuingPrefix.Length..] : right);
            if (!vocabulary.TryFind(left, out var leftId) || !vocabulary.TryFind(right, out var rightId) || !vocabulary.TryFind(merged, out var mergedId))
                throw new InvalidException($"Merge {rank} of the tokenizer joins '{left}' and '{right}', but the vocabulary lacks one of them or '{merged}'.");
            table.Add(leftId, rightId, new Merge(rank, mergedId));
        }

        return table;
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;
}

/// <summary>A merge: its place in the order, and the token that it makes.</summary>
internal readonly record struct Merge(int Rank, int Token);
