namespace Orrery.Language.Tokenizers.Models;

/// <summary>BERT's WordPiece: from the left, always the longest token that fits; a word that cannot be spelt is unknown as a whole.</summary>
internal sealed class WordPieceModel(Vocabulary vocabulary, WordPieceOptions options) : ISubwordModel
{
    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (piece.Length > options.LongestWord)
        {
            ids.Add(options.UnknownId);
            return;
        }

        var first = ids.Count;
        var longestPrefix = Math.Max(options.FirstPrefix.Length, options.ContinuingPrefix.Length);
        Span<char> buffer = stackalloc char[options.LongestWord + longestPrefix];
        var byText = vocabulary.BySpan;
        for (var start = 0; start < piece.Length;)
        {
            var prefix = start == 0 ? options.FirstPrefix : options.ContinuingPrefix;
            prefix.CopyTo(buffer);
            piece[start..].CopyTo(buffer[prefix.Length..]);
            var length = piece.Length - start;
            var id = -1;
            while (length > 0 && !byText.TryGetValue(buffer[..(prefix.Length + length)], out id))
                length--;
            if (length == 0)
            {
                ids.RemoveRange(first, ids.Count - first);
                ids.Add(options.UnknownId);
                return;
            }

            ids.Add(id);
            start += length;
        }
    }
}

/// <summary>How WordPiece marks the parts of a word.</summary>
internal sealed record WordPieceOptions
{
    public required int UnknownId { get; init; }

    /// <summary>Marks a word's first token (GGUF writes <c>▁</c> there).</summary>
    public string FirstPrefix { get; init; } = "";

    /// <summary>Marks the tokens that go on.</summary>
    public string ContinuingPrefix { get; init; } = "##";

    /// <summary>Longer words are unknown, as in BERT's code; at most 512.</summary>
    public int LongestWord { get; init; } = 100;
}
