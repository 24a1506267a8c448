using System.Text;

namespace Orrery.Language.Grammars.Matching;

/// <summary>Ranges of characters as sequences of byte ranges in UTF-8 (Russ Cox, "Regular Expression Matching in the Wild", step 3).</summary>
internal static class Utf8Ranges
{
    private static readonly (int First, int Last)[] Lengths = [(0, 0x7F), (0x80, 0x7FF), (0x800, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x10FFFF)];

    /// <summary>Each result is one to four ranges, one a byte.</summary>
    public static IEnumerable<(int First, int Last)[]> Of(int first, int last)
    {
        foreach (var (least, most) in Lengths)
        {
            var (from, to) = (Math.Max(first, least), Math.Min(last, most));
            if (from <= to)
            {
                foreach (var sequence in Split(Bytes(from), Bytes(to)))
                    yield return sequence;
            }
        }
    }

    private static byte[] Bytes(int character)
    {
        var bytes = new byte[4];
        return bytes[..new Rune(character).EncodeToUtf8(bytes)];
    }

    /// <summary>Bounds of the same length: the first byte's span is cut where the rest is not whole.</summary>
    private static IEnumerable<(int First, int Last)[]> Split(byte[] from, byte[] to)
    {
        if (from.Length == 1)
            return [[(from[0], to[0])]];
        if (from[0] == to[0])
            return Split(from[1..], to[1..]).Select(rest => ((int, int)[])[(from[0], from[0]), .. rest]);
        var results = new List<(int, int)[]>();
        var (low, high) = ((int)from[0], (int)to[0]);
        var (least, most) = (Enumerable.Repeat((byte)0x80, from.Length - 1).ToArray(), Enumerable.Repeat((byte)0xBF, from.Length - 1).ToArray());
        if (!from.AsSpan(1).SequenceEqual(least))
        {
            results.AddRange(Split(from[1..], most).Select(rest => ((int, int)[])[(low, low), .. rest]));
            low++;
        }

        var isWhole = to.AsSpan(1).SequenceEqual(most);
        if (low <= (isWhole ? high : high - 1))
            results.Add([(low, isWhole ? high : high - 1), .. Enumerable.Repeat((0x80, 0xBF), from.Length - 1)]);
        if (!isWhole)
            results.AddRange(Split(least, to[1..]).Select(rest => ((int, int)[])[(high, high), .. rest]));
        return results;
    }
}
