using System.Globalization;

namespace Orrery.Protocols.Mlflow.Wire;

/// <summary>google.protobuf.Timestamp and Duration in proto3 JSON: <c>2026-01-31T12:00:00.250Z</c> and <c>1.5s</c> (protobuf.dev/programming-guides/json).</summary>
internal static class ProtoTimes
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'";

    public static string Write(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    public static string Write(TimeSpan duration) => (duration.Ticks / (decimal)TimeSpan.TicksPerSecond).ToString("0.#######", CultureInfo.InvariantCulture) + "s";

    /// <summary>An instant; null where there is none.</summary>
    public static DateTimeOffset? Time(MlflowFields fields, string name)
    {
        if (fields.Text(name) is not { } text)
            return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw fields.Wrong(name, "Expected an instant such as 2026-01-31T12:00:00Z.");
    }

    /// <summary>A time that something took; null where there is none.</summary>
    public static TimeSpan? Duration(MlflowFields fields, string name)
    {
        if (fields.Text(name) is not { } text)
            return null;
        // Protobuf's own bound is 10,000 years, beyond what a span of time holds here in ticks; nothing traced takes a hundred.
        return text.EndsWith('s') && decimal.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && Math.Abs(seconds) < 100m * 366 * 86_400
            ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : throw fields.Wrong(name, "Expected seconds such as 1.5s.");
    }
}
