namespace Orrery.Monitoring.Windows;

/// <summary>How event time is cut. Instants and lengths are microseconds.</summary>
internal static class WindowClock
{
    /// <summary>Monday 1970-01-05 00:00 UTC: windows of days begin at midnight, windows of weeks on Mondays.</summary>
    public const long Origin = 4L * 24 * 3600 * 1_000_000;

    /// <summary>The start of the window that an instant lies in.</summary>
    public static long StartOf(long time, long length)
    {
        var since = time - Origin;
        var index = since / length;
        if (since % length < 0)
            index--;
        return Origin + index * length;
    }
}
