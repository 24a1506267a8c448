using System.Buffers;
using System.Text;

namespace Orrery.Language.Tokenizers.Models;

/// <summary>Byte-level BPE (GPT-2 and its heirs): a piece is its bytes of UTF-8, merged by rank.</summary>
internal sealed class ByteLevelModel : ISubwordModel
{
    private readonly Vocabulary _vocabulary;
    private readonly MergeTable _merges;
    private readonly bool _prefersWholePieces;
    private readonly int?[] _byteIds = new int?[256];

    /// <param name="vocabulary">Tokens in byte letters.</param>
    /// <param name="merges">The merges.</param>
    /// <param name="prefersWholePieces">A piece that is a token is that token, whatever the merges would make of it (Llama 3's <c>ignore_merges</c>).</param>
    public ByteLevelModel(Vocabulary vocabulary, MergeTable merges, bool prefersWholePieces)
    {
        _vocabulary = vocabulary;
        _merges = merges;
        _prefersWholePieces = prefersWholePieces;
        for (var value = 0; value < 256; value++)
            _byteIds[value] = vocabulary.Find(ByteLetters.Letter(value).ToString());
    }

    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(piece.Length));
        var symbols = ArrayPool<int>.Shared.Rent(bytes.Length);
        var length = Encoding.UTF8.GetBytes(piece, bytes);
        if (!(_prefersWholePieces && TryWhole(bytes.AsSpan(0, length), ids)))
        {
            var count = 0;
            for (var i = 0; i < length; i++)
            {
                // Bytes that never occur in UTF-8 have no token in some vocabularies; such a byte cannot be said.
                if (_byteIds[bytes[i]] is { } id)
                    symbols[count++] = id;
            }

            count = PairMerger.Merge(symbols.AsSpan(0, count), _merges);
            ids.AddRange(symbols.AsSpan(0, count));
        }

        ArrayPool<int>.Shared.Return(symbols);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    private bool TryWhole(ReadOnlySpan<byte> bytes, List<int> ids)
    {
        Span<char> letters = bytes.Length <= 256 ? stackalloc char[bytes.Length] : new char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
            letters[i] = ByteLetters.Letter(bytes[i]);
        if (!_vocabulary.BySpan.TryGetValue(letters, out var id))
            return false;
        ids.Add(id);
        return true;
    }
}
