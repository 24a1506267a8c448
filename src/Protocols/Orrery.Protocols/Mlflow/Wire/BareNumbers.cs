using System.Buffers;

namespace Orrery.Protocols.Mlflow.Wire;

/// <summary>
/// Python's json module writes NaN, Infinity and -Infinity as bare words and reads them; RFC 8259 has no such numbers. A body that cannot be read is
/// tried once more with the words in quotes, which is how proto3 JSON writes them.
/// </summary>
internal static class BareNumbers
{
    private static readonly byte[][] Words = ["NaN"u8.ToArray(), "-Infinity"u8.ToArray(), "Infinity"u8.ToArray()];

    /// <summary>The text with bare words quoted; null where there are none.</summary>
    public static byte[]? Quote(ReadOnlySpan<byte> json)
    {
        var quoted = new ArrayBufferWriter<byte>(json.Length + 64);
        var (inText, found) = (false, false);
        for (var i = 0; i < json.Length;)
        {
            var length = 1;
            if (inText)
            {
                if (json[i] == '\\' && i + 1 < json.Length)
                    length = 2;
                else
                    inText = json[i] != '"';
            }
            else if (json[i] == '"')
                inText = true;
            else if (WordAt(json[i..]) is { } word)
            {
                quoted.Write("\""u8);
                quoted.Write(word);
                quoted.Write("\""u8);
                (i, found) = (i + word.Length, true);
                continue;
            }

            quoted.Write(json.Slice(i, length));
            i += length;
        }

        return found ? quoted.WrittenSpan.ToArray() : null;
    }

    private static byte[]? WordAt(ReadOnlySpan<byte> json)
    {
        if (json[0] is not ((byte)'N' or (byte)'I' or (byte)'-'))
            return null;
        foreach (var word in Words)
        {
            if (json.StartsWith(word))
                return word;
        }

        return null;
    }
}
