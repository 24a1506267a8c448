using Orrery.Ledger.Runs;

namespace Orrery.Web.Charts;

/// <summary>Makes a line of a metric's points.</summary>
internal static class Curve
{
    /// <summary>Points of a line: more cannot be told apart on a screen, and each goes over the wire.</summary>
    public const int MaxPoints = 1000;

    public static ChartSeries Of(string name, IReadOnlyList<MetricPoint> points, DateTimeOffset startedAt, CurveOptions options)
    {
        var placed = points.Select(point => new ChartPoint(options.Axis == CurveAxis.Step ? point.Step : (point.Time - startedAt).TotalSeconds, point.Value));
        if (options.Axis == CurveAxis.Seconds)
            placed = placed.OrderBy(point => point.X);
        var shown = Smoothed(placed, options.Smoothing).Where(point => point.X >= (options.From ?? double.NegativeInfinity) && point.X <= (options.To ?? double.PositiveInfinity));
        return new(name, Thinned([.. shown]));
    }

    /// <summary>
    /// The exponential mean of the values so far, divided by the sum of its weights, so that the first values do not pull it to zero (Kingma and Ba 2015, section 3). What is not finite stays, and is
    /// in no mean.
    /// </summary>
    internal static IEnumerable<ChartPoint> Smoothed(IEnumerable<ChartPoint> points, double smoothing)
    {
        var (mean, weight) = (0d, 0d);
        foreach (var point in points)
        {
            if (smoothing <= 0 || !double.IsFinite(point.Y))
            {
                yield return point;
                continue;
            }

            mean = (smoothing * mean) + ((1 - smoothing) * point.Y);
            weight = (smoothing * weight) + (1 - smoothing);
            yield return point with { Y = mean / weight };
        }
    }

    /// <summary>At most <see cref="MaxPoints"/>: of each stretch the least and the greatest, in their order, so that no peak is lost.</summary>
    internal static IReadOnlyList<ChartPoint> Thinned(IReadOnlyList<ChartPoint> points)
    {
        if (points.Count <= MaxPoints)
            return points;
        const int Stretches = MaxPoints / 2;
        var thinned = new List<ChartPoint>(MaxPoints);
        for (var stretch = 0; stretch < Stretches; stretch++)
        {
            var from = (int)((long)points.Count * stretch / Stretches);
            var to = (int)((long)points.Count * (stretch + 1) / Stretches);
            var (least, greatest) = (from, from);
            for (var i = from + 1; i < to; i++)
            {
                if (points[i].Y < points[least].Y || !double.IsFinite(points[least].Y))
                    least = i;
                if (points[i].Y > points[greatest].Y || !double.IsFinite(points[greatest].Y))
                    greatest = i;
            }

            thinned.Add(points[Math.Min(least, greatest)]);
            if (least != greatest)
                thinned.Add(points[Math.Max(least, greatest)]);
        }

        return thinned;
    }
}
