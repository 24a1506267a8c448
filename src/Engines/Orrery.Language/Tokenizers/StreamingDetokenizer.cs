using System.Buffers;
using System.Text;

namespace Orrery.Language.Tokenizers;

/// <summary>
/// Text from tokens one at a time. A character whose bytes come in several tokens is held back until it is whole, so no part that is handed out ends
/// inside a character. Not thread-safe: one for each answer.
/// </summary>
public sealed class StreamingDetokenizer
{
    /// <summary>A character of UTF-8 has at most four bytes, so at most three wait.</summary>
    private readonly byte[] _waiting = new byte[4];
    private readonly Tokenizer _tokenizer;
    private readonly bool _showsSpecial;
    private int _waitingLength;
    private bool _dropsSpace;

    /// <summary>A stream that begins with the first token of a text.</summary>
    public StreamingDetokenizer(Tokenizer tokenizer, DecodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
        _showsSpecial = options?.ShowSpecial ?? false;
        _dropsSpace = tokenizer.DropsFirstSpace && options is not { IsContinuation: true };
    }

    /// <summary>The characters that this token completes; empty while one is unfinished.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not of this vocabulary.</exception>
    public string Append(int id)
    {
        if (!_showsSpecial && _tokenizer.Vocabulary.Kind(id) is TokenKind.Control or TokenKind.Unused)
            return "";
        return Append(_tokenizer.Vocabulary.Bytes(id));
    }

    /// <summary>Ends the text: bytes that still wait are no character and become U+FFFD.</summary>
    public string Finish()
    {
        var rest = Encoding.UTF8.GetString(_waiting, 0, _waitingLength);
        _waitingLength = 0;
        return rest;
    }

    private string Append(ReadOnlySpan<byte> bytes)
    {
        if (_dropsSpace && bytes.Length > 0)
        {
            bytes = bytes[0] == (byte)' ' ? bytes[1..] : bytes;
            _dropsSpace = false;
        }

        Span<byte> joined = stackalloc byte[256];
        var length = _waitingLength + bytes.Length;
        if (length > joined.Length)
            joined = new byte[length];
        _waiting.AsSpan(0, _waitingLength).CopyTo(joined);
        bytes.CopyTo(joined[_waitingLength..]);
        joined = joined[..length];
        var whole = length - UnfinishedLength(joined);
        joined[whole..].CopyTo(_waiting);
        _waitingLength = length - whole;
        return Encoding.UTF8.GetString(joined[..whole]);
    }

    /// <summary>How many bytes at the end are the beginning of a character that may still be completed.</summary>
    private static int UnfinishedLength(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            var lead = bytes[^back];
            if ((lead & 0xC0) == 0x80)
                continue;
            return lead >= 0xC0 && Rune.DecodeFromUtf8(bytes[^back..], out _, out _) == OperationStatus.NeedMoreData ? back : 0;
        }

        return 0;
    }
}
