using System.Diagnostics.CodeAnalysis;
using Orrery.Kernel;

namespace Orrery.Language.Tokenizers;

/// <summary>The tokens of a model: their text as the file writes it, their kind, and the bytes that each adds to an output. Immutable, thread-safe.</summary>
public sealed class Vocabulary
{
    private readonly string[] _texts;
    private readonly TokenKind[] _kinds;
    private readonly Dictionary<string, int> _ids;
    private readonly Lazy<byte[][]> _bytes;

    /// <param name="texts">The tokens in the order of their ids, as the file writes them.</param>
    /// <param name="kinds">One kind a token.</param>
    /// <param name="spelling">How the family writes bytes as text.</param>
    internal Vocabulary(string[] texts, TokenKind[] kinds, TokenSpelling spelling)
    {
        if (texts.Length != kinds.Length)
            throw new InvalidException($"The vocabulary has {texts.Length} tokens but {kinds.Length} token types; the file is damaged.");
        _texts = texts;
        _kinds = kinds;
        _ids = new Dictionary<string, int>(texts.Length, StringComparer.Ordinal);
        for (var id = 0; id < texts.Length; id++)
            _ids[texts[id]] = id;
        _bytes = new Lazy<byte[][]>(() => [.. texts.Select((text, id) => spelling.Bytes(text, kinds[id]))]);
    }

    /// <summary>How many tokens there are; ids run from 0 to one less.</summary>
    public int Count => _texts.Length;

    /// <summary>The token's text as the file writes it (with <c>▁</c> or <c>Ġ</c> for a space).</summary>
    /// <exception cref="ArgumentOutOfRangeException">No token has this id.</exception>
    public string Text(int id) => _texts[Checked(id)];

    /// <summary>The token's kind.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No token has this id.</exception>
    public TokenKind Kind(int id) => _kinds[Checked(id)];

    /// <summary>The bytes of UTF-8 that the token adds to an output; not always whole characters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No token has this id.</exception>
    public ReadOnlySpan<byte> Bytes(int id) => _bytes.Value[Checked(id)];

    /// <summary>The id of the token with this text as the file writes it.</summary>
    public bool TryFind(string text, out int id) => _ids.TryGetValue(text, out id);

    /// <summary>The id of the token with this text, or null.</summary>
    public int? Find(string text) => _ids.TryGetValue(text, out var id) ? id : null;

    internal Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> BySpan => _ids.GetAlternateLookup<ReadOnlySpan<char>>();

    private int Checked(int id)
    {
        if ((uint)id >= (uint)_texts.Length)
            ThrowNoToken(id);
        return id;
    }

    [DoesNotReturn]
    private void ThrowNoToken(int id) =>
        throw new ArgumentOutOfRangeException(nameof(id), id, $"The vocabulary has tokens 0 to {_texts.Length - 1}.");
}
