using System.Buffers.Binary;
using System.Text;
using Orrery.Kernel;

namespace Orrery.Language.Tokenizers.Normalizers;

/// <summary>
/// SentencePiece's <c>precompiled_charsmap</c>: a double-array trie (Darts-clone) over UTF-8 whose values are places in a block of zero-ended replacements.
/// Layout: four bytes with the trie's length, the trie as 32-bit units, the replacements (sentencepiece's normalizer.cc, <c>DecodePrecompiledCharsMap</c>).
/// </summary>
internal sealed class PrecompiledMap : TextNormalizer
{
    private readonly uint[] _units;
    private readonly byte[] _replacements;

    public PrecompiledMap(byte[] blob)
    {
        if (blob.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(blob) is var size && (size > blob.Length - 4 || size % 4 != 0 || size == 0))
            throw new InvalidException("The tokenizer's precompiled character map is damaged: its length does not fit its contents.");
        _units = new uint[size / 4];
        for (var i = 0; i < _units.Length; i++)
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(blob.AsSpan(4 + (4 * i)));
        _replacements = blob[(4 + (int)size)..];
    }

    /// <summary>As SentencePiece does it: at each place the longest entry of the map is replaced, else the character stays.</summary>
    public override string Normalize(string text, bool isFirst)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var output = new MemoryStream(bytes.Length + 16);
        for (var at = 0; at < bytes.Length;)
        {
            var (length, place) = Longest(bytes.AsSpan(at));
            if (length == 0)
            {
                Rune.DecodeFromUtf8(bytes.AsSpan(at), out _, out var width);
                output.Write(bytes, at, width);
                at += width;
                continue;
            }

            var replacement = _replacements.AsSpan(Math.Min(place, _replacements.Length));
            var end = replacement.IndexOf((byte)0);
            output.Write(end < 0 ? replacement : replacement[..end]);
            at += length;
        }

        return Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length);
    }

    /// <summary>The longest prefix in the trie. A unit's parts are Darts-clone's: label 0–7 and 31, leaf flag 8, offset 10–30 shifted by flag 9.</summary>
    private (int Length, int Place) Longest(ReadOnlySpan<byte> bytes)
    {
        var best = (Length: 0, Place: 0);
        var node = Offset(_units[0]);
        for (var i = 0; i < bytes.Length && bytes[i] != 0; i++)
        {
            node ^= bytes[i];
            if (node >= _units.Length)
                break;
            var unit = _units[node];
            if ((unit & 0x800000FF) != bytes[i])
                break;
            node ^= Offset(unit);
            if ((unit & 0x100) != 0 && node < _units.Length)
                best = (i + 1, (int)(_units[node] & 0x7FFFFFFF));
        }

        return best;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);
}
