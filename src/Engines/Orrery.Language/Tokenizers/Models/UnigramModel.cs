using System.Text;

namespace Orrery.Language.Tokenizers.Models;

/// <summary>SentencePiece's unigram model (arXiv 1804.10959): the split whose pieces have the largest product of probabilities, found by Viterbi.</summary>
internal sealed class UnigramModel : ISubwordModel
{
    /// <summary>What an unknown character costs below the rarest piece: <c>kUnkPenalty</c> in sentencepiece's unigram_model.cc.</summary>
    public const float UnknownPenalty = 10;

    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;
    private readonly Vocabulary _vocabulary;
    private readonly float[] _scores;
    private readonly int _unknownId;
    private readonly float _unknownScore;
    private readonly int[]? _byteIds;
    private readonly int _longest;

    /// <param name="vocabulary">The pieces.</param>
    /// <param name="scores">Their log-probabilities.</param>
    /// <param name="unknownId">The token for what no piece spells.</param>
    /// <param name="fallsBackToBytes">Spells it in byte tokens instead, where the vocabulary has them.</param>
    /// <param name="unknownScore">The score of an unknown character; by default the lowest less <see cref="UnknownPenalty"/>.</param>
    public UnigramModel(Vocabulary vocabulary, float[] scores, int unknownId, bool fallsBackToBytes = false, float? unknownScore = null)
    {
        _vocabulary = vocabulary;
        _ids = vocabulary.BySpan;
        _scores = [.. scores];
        _unknownId = unknownId;
        _byteIds = fallsBackToBytes ? ByteTokens.Find(vocabulary) : null;
        var normal = Enumerable.Range(0, vocabulary.Count).Where(id => vocabulary.Kind(id) == TokenKind.Normal).ToList();
        _unknownScore = unknownScore ?? (normal.Count == 0 ? 0 : normal.Min(id => scores[id])) - UnknownPenalty;
        _longest = Enumerable.Range(0, vocabulary.Count).Where(IsPiece).Select(id => vocabulary.Text(id).Length).DefaultIfEmpty(1).Max();
        var best = normal.Count == 0 ? 0 : normal.Max(id => scores[id]);
        foreach (var id in Enumerable.Range(0, vocabulary.Count).Where(id => vocabulary.Kind(id) == TokenKind.UserDefined))
            _scores[id] = (vocabulary.Text(id).Length * best) - 0.1f;
    }

    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        var best = new Step[piece.Length + 1];
        for (var i = 1; i < best.Length; i++)
            best[i].Score = float.NegativeInfinity;
        for (var start = 0; start < piece.Length;)
        {
            Rune.DecodeFromUtf16(piece[start..], out _, out var width);
            Reach(best, start, start + width, _unknownId, _unknownScore);
            var end = Math.Min(piece.Length, start + _longest);
            for (var stop = start + 1; stop <= end; stop++)
            {
                if (_ids.TryGetValue(piece[start..stop], out var id) && IsPiece(id))
                    Reach(best, start, stop, id, _scores[id]);
            }

            start += width;
        }

        Write(piece, best, ids);
    }

    private bool IsPiece(int id) => _vocabulary.Kind(id) is TokenKind.Normal or TokenKind.UserDefined;

    private static void Reach(Step[] best, int start, int stop, int id, float score)
    {
        var total = best[start].Score + score;
        if (total > best[stop].Score)
            best[stop] = new Step { Score = total, Start = start, Id = id };
    }

    private void Write(ReadOnlySpan<char> piece, Step[] best, List<int> ids)
    {
        var first = ids.Count;
        for (var stop = piece.Length; stop > 0; stop = best[stop].Start)
        {
            var step = best[stop];
            if (step.Id != _unknownId)
                ids.Add(step.Id);
            else if (_byteIds is not null)
                AddBytes(piece[step.Start..stop], ids);
            else if (ids.Count == first || ids[^1] != _unknownId)
                ids.Add(_unknownId);
        }

        ids.Reverse(first, ids.Count - first);
    }

    private void AddBytes(ReadOnlySpan<char> character, List<int> ids)
    {
        Span<byte> bytes = stackalloc byte[4];
        var length = Encoding.UTF8.GetBytes(character, bytes);
        for (var i = length - 1; i >= 0; i--)
            ids.Add(_byteIds![bytes[i]]);
    }

    private struct Step
    {
        public float Score;
        public int Start;
        public int Id;
    }
}
