using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Orrery.Kernel;

/// <summary>
/// The cursor of a list that is paged by key: the sort key of the last item, packed so that callers do not build on its form.
/// It grants nothing: a forged cursor only starts the same list elsewhere.
/// </summary>
public static class PageCursor
{
    private const char Separator = '\u001f'; // the ASCII unit separator, which no name may contain

    /// <summary>Packs the parts of a key.</summary>
    public static string Of(params IEnumerable<string> parts) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Join(Separator, parts)));

    /// <summary>The parts of a key; null where there is no cursor.</summary>
    /// <exception cref="InvalidException">The text is not a cursor of so many parts.</exception>
    public static string[]? Read(string? cursor, int parts)
    {
        if (string.IsNullOrEmpty(cursor))
            return null;
        var bytes = new byte[cursor.Length];
        if (cursor.Length > 4096 || !Base64Url.IsValid(cursor) || !Base64Url.TryDecodeFromChars(cursor, bytes, out var count))
            throw Wrong(cursor);
        var read = Encoding.UTF8.GetString(bytes, 0, count).Split(Separator);
        return read.Length == parts ? read : throw Wrong(cursor);
    }

    /// <summary>A part that is a whole number.</summary>
    /// <exception cref="InvalidException">It is none.</exception>
    public static long Number(string part) => long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(part);

    private static InvalidException Wrong(string cursor) =>
        new($"'{(cursor.Length > 40 ? cursor[..40] + "…" : cursor)}' is not a cursor of this list; give back 'next' of the page before, as it came.");
}
