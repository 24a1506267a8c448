using System.Globalization;
using System.Text;

namespace Orrery.Language.Tokenizers;

/// <summary>How a family of vocabularies writes a token's bytes as text.</summary>
internal abstract class TokenSpelling
{
    /// <summary>GPT-2's: one printable character a byte (<c>Ġ</c> is a space).</summary>
    public static TokenSpelling ByteLevel { get; } = new ByteLevelSpelling();

    /// <summary>SentencePiece's: <c>▁</c> is a space, <c>&lt;0x0A&gt;</c> a byte.</summary>
    public static TokenSpelling SentencePiece { get; } = new SentencePieceSpelling();

    /// <summary>WordPiece's as <c>vocab.txt</c> has it: <c>##ing</c> goes on, everything else starts a word.</summary>
    public static TokenSpelling WordPiece { get; } = new WordPieceSpelling();

    /// <summary>The bytes that a token adds to an output.</summary>
    public byte[] Bytes(string text, TokenKind kind) => kind switch
    {
        TokenKind.Control or TokenKind.Unknown or TokenKind.UserDefined => Encoding.UTF8.GetBytes(text),
        _ => Spell(text, kind),
    };

    protected abstract byte[] Spell(string text, TokenKind kind);

    private sealed class ByteLevelSpelling : TokenSpelling
    {
        // A placeholder may hold characters that stand for no byte; it is then its own text.
        protected override byte[] Spell(string text, TokenKind kind) => ByteLetters.TryDecode(text, out var bytes) ? bytes : Encoding.UTF8.GetBytes(text);
    }

    private sealed class SentencePieceSpelling : TokenSpelling
    {
        protected override byte[] Spell(string text, TokenKind kind) =>
            kind == TokenKind.Byte && ByteTokens.TryParse(text, out var value) ? [value] : Encoding.UTF8.GetBytes(text.Replace('▁', ' '));
    }

    private sealed class WordPieceSpelling : TokenSpelling
    {
        protected override byte[] Spell(string text, TokenKind kind) =>
            Encoding.UTF8.GetBytes(text.StartsWith("##", StringComparison.Ordinal) ? text[2..] : " " + text);
    }
}

/// <summary>SentencePiece's names of the 256 bytes: <c>&lt;0x00&gt;</c> … <c>&lt;0xFF&gt;</c>.</summary>
internal static class ByteTokens
{
    public static string Name(int value) => $"<0x{value:X2}>";

    public static bool TryParse(string text, out byte value)
    {
        value = 0;
        return text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) && text[5] == '>'
            && byte.TryParse(text.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>The ids of the byte tokens, or null where the vocabulary does not have all of them.</summary>
    public static int[]? Find(Vocabulary vocabulary)
    {
        var ids = new int[256];
        for (var value = 0; value < 256; value++)
        {
            if (!vocabulary.TryFind(Name(value), out ids[value]))
                return null;
        }

        return ids;
    }
}
