using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orrery.Ledger.Json;

/// <summary>Durations as people write them: <c>15m</c>, <c>24h</c>, <c>7d</c>, <c>1h30m</c>, <c>500ms</c>; units d, h, m, s, ms, us, ns, largest first, each once.</summary>
public static class Durations
{
    /// <summary>What to tell somebody who wrote something else.</summary>
    public const string Expected = "a duration such as 15m, 24h, 7d, 1h30m or 500ms";

    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute), ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond), ("us", TimeSpan.TicksPerMicrosecond),
    ];

    /// <summary>The written form: <c>1h30m</c>; the same for equal durations.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
            return "0s";
        var text = new StringBuilder();
        if (duration < TimeSpan.Zero)
            text.Append('-');
        var rest = (UInt128)Int128.Abs(duration.Ticks); // the absolute value of the smallest TimeSpan does not fit a long
        foreach (var (unit, ticks) in Units)
        {
            var (count, remainder) = UInt128.DivRem(rest, (UInt128)ticks);
            if (count > 0)
                text.Append(CultureInfo.InvariantCulture, $"{count}{unit}");
            rest = remainder;
        }

        if (rest > 0)
            text.Append(CultureInfo.InvariantCulture, $"{rest * TimeSpan.NanosecondsPerTick}ns");
        return text.ToString();
    }

    /// <summary>Reads the written form; false for anything else.</summary>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;
        if (text is null or { Length: 0 or > 64 })
            return false;
        var negative = text[0] == '-';
        var position = negative ? 1 : 0;
        Int128 total = 0;
        var lastUnit = Int128.MaxValue;
        if (position == text.Length)
            return false;
        while (position < text.Length)
        {
            if (!TryPart(text, ref position, out var count, out var nanoseconds) || nanoseconds >= lastUnit)
                return false;
            lastUnit = nanoseconds;
            total += count * nanoseconds;
        }

        var (ticks, left) = Int128.DivRem(negative ? -total : total, TimeSpan.NanosecondsPerTick);
        if (left != 0 || ticks < long.MinValue || ticks > long.MaxValue)
            return false;
        duration = new((long)ticks);
        return true;
    }

    // "30m": the digits, then the longest run of letters.
    private static bool TryPart(string text, ref int position, out Int128 count, out Int128 nanoseconds)
    {
        (count, nanoseconds) = (0, 0);
        var start = position;
        while (position < text.Length && char.IsAsciiDigit(text[position]))
            position++;
        if (position == start || position - start > 19)
            return false;
        count = Int128.Parse(text.AsSpan(start, position - start), NumberStyles.None, CultureInfo.InvariantCulture);
        start = position;
        while (position < text.Length && char.IsAsciiLetterLower(text[position]))
            position++;
        var unit = text[start..position];
        nanoseconds = unit == "ns" ? 1 : Units.FirstOrDefault(u => u.Unit == unit).Ticks * (Int128)TimeSpan.NanosecondsPerTick;
        return nanoseconds > 0;
    }
}

/// <summary>Writes a <see cref="TimeSpan"/> as <see cref="Durations"/> does.</summary>
internal sealed class DurationConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return Durations.TryParse(text, out var duration) ? duration : throw new JsonException($"Expected {Durations.Expected}.");
    }

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteStringValue(Durations.Format(value));
}
