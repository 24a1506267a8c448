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
            || !DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
            return false;
        microseconds = (moment - DateTimeOffset.UnixEpoch).Ticks / (double)TimeSpan.TicksPerMicrosecond;
        return true;
    }

    internal static bool TryRead(JsonElement value, out double microseconds)
    {
        microseconds = 0;
        return value.ValueKind == JsonValueKind.String && TryParse(value.GetString(), out microseconds);
    }
}
