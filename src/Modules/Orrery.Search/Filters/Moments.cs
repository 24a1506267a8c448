using System.Globalization;
using System.Text.Json;

namespace Orrery.Search.Filters;

/// <summary>Moments as they are written in payloads and filters: RFC 3339, with or without a time, a zone and fractions; UTC where no zone is said.</summary>
public static class Moments
{
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd HH:mm:ss.FFFFFFF'Z'",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd HH:mm", "yyyy-MM-dd",
    ];

    /// <summary>Microseconds since 1970.</summary>
    public static bool TryParse(string? text, out double microseconds)
    {
        microseconds = 0;
        if (text is null || text.Length < 10 || !char.IsAsciiDigit(text[0])
            || !DateTimeOffset.TryParseExact(Ticks(text), Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
            return false;
        microseconds = (moment - DateTimeOffset.UnixEpoch).Ticks / (double)TimeSpan.TicksPerMicrosecond;
        return true;
    }

    // Digits beyond a tick, a tenth of a microsecond, are not kept.
    private static string Ticks(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        if (point < 0)
            return text;
        var end = point + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        return end - point - 1 > 7 ? text[..(point + 8)] + text[end..] : text;
    }

    internal static bool TryRead(JsonElement value, out double microseconds)
    {
        microseconds = 0;
        return value.ValueKind == JsonValueKind.String && TryParse(value.GetString(), out microseconds);
    }
}
