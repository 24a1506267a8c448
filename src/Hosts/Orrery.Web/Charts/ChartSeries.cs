namespace Orrery.Web.Charts;

/// <summary>A point of a line; the band is an interval around it.</summary>
/// <param name="X">Its place: a step, or ticks of a time.</param>
/// <param name="Y">Its value; what is not finite breaks the line.</param>
/// <param name="Lower">The lower end of its interval.</param>
/// <param name="Upper">The upper end.</param>
/// <param name="Flagged">Whether it is to stand out.</param>
public sealed record ChartPoint(double X, double Y, double? Lower = null, double? Upper = null, bool Flagged = false);

/// <summary>A line of a chart.</summary>
public sealed record ChartSeries(string Name, IReadOnlyList<ChartPoint> Points);

/// <summary>A horizontal line that values are held against.</summary>
public sealed record ChartLevel(string Name, double Value);
