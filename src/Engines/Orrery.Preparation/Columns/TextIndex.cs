using System.Buffers;
using System.Text;

namespace Orrery.Preparation.Columns;

/// <summary>Gives each distinct text a code in the order of first sight, without allocating for one that is known.</summary>
internal sealed class TextIndex
{
    private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly List<string> _distinct = [];

    public TextIndex() => _lookup = _codes.GetAlternateLookup<ReadOnlySpan<char>>();

    public IReadOnlyList<string> Distinct => _distinct;

    /// <summary>The code of a UTF-8 text. Malformed bytes become U+FFFD, as everywhere in .NET.</summary>
    public int CodeOf(ReadOnlySpan<byte> utf8)
    {
        const int stackLimit = 256;
        if (utf8.Length <= stackLimit)
        {
            Span<char> chars = stackalloc char[stackLimit];
            return CodeOf(chars[..Encoding.UTF8.GetChars(utf8, chars)]);
        }

        var rented = ArrayPool<char>.Shared.Rent(utf8.Length);
        try
        {
            return CodeOf(rented.AsSpan(0, Encoding.UTF8.GetChars(utf8, rented)));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(rented);
        }
    }

    public int CodeOf(ReadOnlySpan<char> text)
    {
        if (_lookup.TryGetValue(text, out var code))
            return code;
        var kept = text.ToString();
        _codes.Add(kept, _distinct.Count);
        _distinct.Add(kept);
        return _distinct.Count - 1;
    }
}
