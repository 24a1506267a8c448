using System.Buffers;
using System.Text;

namespace Orrery.Language.Tokenizers.Models;

/// <summary>BPE over characters (SentencePiece's, and the older ones of Hugging Face); a character without a token is spelt in bytes, or is unknown.</summary>
internal sealed class CharacterPairModel : ISubwordModel
{
    private readonly Vocabulary _vocabulary;
    private readonly MergeTable _merges;
    private readonly CharacterPairOptions _options;
    private readonly int[]? _byteIds;

    public CharacterPairModel(Vocabulary vocabulary, MergeTable merges, CharacterPairOptions options)
    {
        _vocabulary = vocabulary;
        _merges = merges;
        _options = options;
        _byteIds = options.FallsBackToBytes ? ByteTokens.Find(vocabulary) : null;
    }

    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (_options.PrefersWholePieces && _vocabulary.BySpan.TryGetValue(piece, out var whole))
        {
            ids.Add(whole);
            return;
        }

        // A character of UTF-16 is at most three bytes of UTF-8, and each may be a token.
        var symbols = ArrayPool<int>.Shared.Rent((3 * piece.Length) + 4);
        var count = Symbols(piece, symbols);
        count = PairMerger.Merge(symbols.AsSpan(0, count), _merges);
        ids.AddRange(symbols.AsSpan(0, count));
        ArrayPool<int>.Shared.Return(symbols);
    }

    private int Symbols(ReadOnlySpan<char> piece, int[] symbols)
    {
        var count = 0;
        var wasUnknown = false;
        Span<byte> bytes = stackalloc byte[4];
        for (var at = 0; at < piece.Length;)
        {
            Rune.DecodeFromUtf16(piece[at..], out var rune, out var width);
            var isKnown = TryCharacter(piece, at, width, out var id);
            at += width;
            if (isKnown)
            {
                symbols[count++] = id;
            }
            else if (_byteIds is not null)
            {
                foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
                    symbols[count++] = _byteIds[value];
            }
            else if (_options.UnknownId is { } unknown && !(wasUnknown && _options.FusesUnknown))
            {
                symbols[count++] = unknown;
            }

            wasUnknown = !isKnown;
        }

        return count;
    }

    private bool TryCharacter(ReadOnlySpan<char> piece, int at, int width, out int id)
    {
        var character = piece.Slice(at, width);
        if (_options.ContinuingPrefix.Length == 0 && _options.EndSuffix.Length == 0)
            return _vocabulary.BySpan.TryGetValue(character, out id);
        var prefix = at == 0 ? "" : _options.ContinuingPrefix;
        var suffix = at + width == piece.Length ? _options.EndSuffix : "";
        return _vocabulary.TryFind(prefix + character.ToString() + suffix, out id);
    }
}

/// <summary>How BPE over characters treats what it does not know, and the ends of words.</summary>
internal sealed record CharacterPairOptions
{
    public int? UnknownId { get; init; }

    public bool FusesUnknown { get; init; }

    public bool FallsBackToBytes { get; init; }

    public bool PrefersWholePieces { get; init; }

    /// <summary>Before every character of a word but the first.</summary>
    public string ContinuingPrefix { get; init; } = "";

    /// <summary>After the last character of a word.</summary>
    public string EndSuffix { get; init; } = "";
}
