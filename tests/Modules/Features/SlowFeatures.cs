using Orrery.Features.Views;
using Xunit;

namespace Orrery.Features.Tests;

/// <summary>
/// What a feature view means, said as plainly as can be: no buckets, no state. A feature at tick T is the aggregate of the entity's events that became known in
/// (T − window, T]. Rows are at the ticks where an event enters or leaves a window; a request sees the last row at or before it, unless it is older than the time to live.
/// </summary>
internal static class SlowFeatures
{
    public static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>A view that has every aggregate, over columns of every type.</summary>
    public static FeatureViewSpec View(TimeSpan? ttl = null) => new(
        [new("airport", "origin")], "flights",
        [
            new("flights", Aggregate.Count, Windows: [Hour, 3 * Hour, 24 * Hour]),
            new("delays", Aggregate.Count, "delay", Window: 3 * Hour),
            new("late_flights", Aggregate.Count, Window: 24 * Hour, Where: "late"),
            new("delay_sum", Aggregate.Sum, "delay", Windows: [Hour, 24 * Hour]),
            new("delay_mean", Aggregate.Mean, "delay", Windows: [3 * Hour, 24 * Hour]),
            new("late_share", Aggregate.Mean, "late", Windows: [Hour, 24 * Hour]),
            new("delay_min", Aggregate.Min, "delay", Window: 3 * Hour),
            new("delay_max", Aggregate.Max, "delay", Window: 3 * Hour),
            new("delay_std", Aggregate.Std, "delay", Window: 24 * Hour),
            new("delay_last", Aggregate.Last, "delay", Window: 24 * Hour),
            new("distance_sum", Aggregate.Sum, "distance", Window: 24 * Hour),
            new("distance_std_when_late", Aggregate.Std, "distance", Window: 24 * Hour, Where: "late"),
            new("distance_last", Aggregate.Last, "distance", Window: 3 * Hour),
        ],
        Ttl: ttl);

    public static long CeilingHour(long moment) => (long)Math.Ceiling((decimal)moment / Event.Hour) * Event.Hour;

    /// <summary>The ticks (microseconds) at which the entity has rows.</summary>
    public static SortedSet<long> ChangePoints(FeatureViewSpec view, IEnumerable<Event> ofEntity)
    {
        var windows = view.Features.SelectMany(Windows).Select(w => (long)w.TotalMicroseconds).ToList();
        return [.. ofEntity.Select(e => CeilingHour(e.Known)).SelectMany(t => windows.Select(w => t + w).Append(t))];
    }

    /// <summary>The entity's features at a tick.</summary>
    public static double[] At(FeatureViewSpec view, IReadOnlyList<Event> ofEntity, long tick) =>
        [.. view.Features.SelectMany(f => Windows(f).Select(w => Value(f, [.. ofEntity.Where(e => e.Known > tick - (long)w.TotalMicroseconds && e.Known <= tick)])))];

    /// <summary>What a request sees: the tick of the row and the features; null where there is no row in force.</summary>
    public static (long Tick, double[] Features)? Seen(FeatureViewSpec view, IReadOnlyList<Event> events, string? airport, long request)
    {
        var ofEntity = events.Where(e => airport is not null && e.Origin == airport).ToList();
        var rows = ChangePoints(view, ofEntity).Where(t => t <= request).ToList();
        if (rows.Count == 0 || (view.Ttl is { } ttl && request - rows[^1] > (long)ttl.TotalMicroseconds))
            return null;
        return (rows[^1], At(view, ofEntity, rows[^1]));
    }

    /// <summary>Equal to the last bit, but for the features over a column of doubles, which are equal to <c>1e-12</c> of the largest value possible.</summary>
    public static void AssertSame(FeatureViewSpec view, IReadOnlyList<double> expected, IReadOnlyList<double> actual, string where)
    {
        var names = view.Features.SelectMany(FeatureViewPlan.NamesOf).ToList();
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < names.Count; i++)
        {
            var same = names[i].StartsWith("distance_s", StringComparison.Ordinal) || names[i] == "delay_std"
                ? double.IsNaN(expected[i]) == double.IsNaN(actual[i]) && !(Math.Abs(expected[i] - actual[i]) > 1e-12 * (names[i] == "distance_std_when_late" ? 1e9 : 60e6))
                : BitConverter.DoubleToInt64Bits(expected[i]) == BitConverter.DoubleToInt64Bits(actual[i]) || (double.IsNaN(expected[i]) && double.IsNaN(actual[i]));
            Assert.True(same, $"{names[i]} {where}: expected {expected[i]:R}, got {actual[i]:R}.");
        }
    }

    private static IEnumerable<TimeSpan> Windows(FeatureSpec feature) => feature.Windows ?? [feature.Window!.Value];

    private static double Value(FeatureSpec feature, List<Event> window)
    {
        var counted = window.Where(e => feature.Where is null || e.Late == true).ToList();
        if (feature.Column is null)
            return counted.Count;
        double? Column(Event e) => feature.Column switch
        {
            "delay" => e.Delay,
            "distance" => e.Distance is { } d && double.IsFinite(d) ? d : null,
            _ => e.Late is { } late ? late ? 1 : 0 : null,
        };
        var values = counted.Select(Column).OfType<double>().ToList();
        return feature.Aggregate switch
        {
            Aggregate.Count => values.Count,
            Aggregate.Sum => values.Sum(),
            Aggregate.Mean => values.Count == 0 ? double.NaN : values.Sum() / values.Count,
            Aggregate.Min => values.Count == 0 ? double.NaN : values.Min(),
            Aggregate.Max => values.Count == 0 ? double.NaN : values.Max(),
            Aggregate.Std => values.Count < 2 ? double.NaN : Math.Sqrt(values.Sum(v => (v - values.Average()) * (v - values.Average())) / (values.Count - 1)),
            Aggregate.Last => values.Count == 0 ? double.NaN
                : counted.Where(e => Column(e) is not null).OrderBy(e => e.Known).ThenBy(e => Column(e)).Select(e => Column(e)!.Value).Last(),
            _ => throw new ArgumentOutOfRangeException(nameof(feature)),
        };
    }
}
