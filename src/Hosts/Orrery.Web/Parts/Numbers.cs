using Orrery.Ledger.Json;

namespace Orrery.Web.Parts;

/// <summary>Figures and times as people read them; always the same, whatever the server's culture.</summary>
internal static class Numbers
{
    private static readonly string[] ByteUnits = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>12,345.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Short enough for a label: 950, 12.3 k, 4.5 M.</summary>
    public static string Compact(double value) => Math.Abs(value) switch
    {
        >= 1e9 => $"{Rounded(value / 1e9)} G",
        >= 1e6 => $"{Rounded(value / 1e6)} M",
        >= 1e4 => $"{Rounded(value / 1e3)} k",
        _ => Metric(value),
    };

    /// <summary>Four significant digits, which is more than any metric here is exact to.</summary>
    public static string Metric(double? value) => value switch
    {
        null => "–",
        double.NaN => "not defined",
        double.PositiveInfinity => "∞",
        double.NegativeInfinity => "−∞",
        0 => "0",
        { } v when Math.Abs(v) >= 1e15 || Math.Abs(v) < 1e-4 => v.ToString("0.###e0", CultureInfo.InvariantCulture),
        { } v when Math.Abs(v) >= 1000 => v.ToString(v == Math.Floor(v) ? "N0" : "N1", CultureInfo.InvariantCulture),
        { } v => v.ToString("G4", CultureInfo.InvariantCulture),
    };

    /// <summary>12.3 %.</summary>
    public static string Percent(double share) => double.IsFinite(share)
        ? string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.##} %")
        : "–";

    /// <summary>4.2 MiB.</summary>
    public static string Bytes(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        while (value >= 1024 && unit < ByteUnits.Length - 1)
            (value, unit) = (value / 1024, unit + 1);
        return $"{Rounded(value)} {ByteUnits[unit]}";
    }

    /// <summary>12 ms, 3.4 s, 2m5s.</summary>
    public static string Duration(TimeSpan duration) => duration.TotalSeconds switch
    {
        < 0.001 => "under 1 ms",
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0} ms"),
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s"),
        _ => Durations.Format(TimeSpan.FromSeconds(Math.Round(duration.TotalSeconds))),
    };

    /// <summary>2001-03-04 05:06:07 UTC.</summary>
    public static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>2001-03-04, and the hour where it is not midnight.</summary>
    public static string Day(DateTimeOffset time) =>
        time.UtcDateTime.ToString(time.UtcDateTime.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A number for an SVG attribute.</summary>
    public static string Svg(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Rounded(double value) => value.ToString(Math.Abs(value) >= 100 ? "0" : "0.#", CultureInfo.InvariantCulture);
}
