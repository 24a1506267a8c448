namespace Orrery.Cli.Output;

/// <summary>A span along the time of its trace, drawn with characters.</summary>
internal static class SpanBar
{
    /// <summary>A bar within <paramref name="width"/> characters; never so short that it is not seen.</summary>
    public static string Of(double offset, double length, double whole, int width)
    {
        if (whole <= 0)
            return new('━', width);
        var from = Math.Clamp((int)(offset / whole * width), 0, width - 1);
        var to = Math.Clamp((int)Math.Ceiling((offset + length) / whole * width), from + 1, width);
        return new string(' ', from) + new string('━', to - from);
    }
}
