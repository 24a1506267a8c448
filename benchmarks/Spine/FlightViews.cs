using Orrery.Features.Services;
using Orrery.Features.Views;

namespace Orrery.Benchmarks.Spine;

/// <summary>The feature views and services that the spine's parts read.</summary>
internal static class FlightViews
{
    public const int Airports = 40;

    public const int Days = 60;

    private static readonly int[] Hours = [3, 24, 168];

    // Airports are known by four figures over three windows each: 12 features.
    private static readonly (string Name, Aggregate Aggregate, string? Column)[] OfAirports =
    [
        ("delay", Aggregate.Mean, "delay"), ("late", Aggregate.Mean, "late"), ("flights", Aggregate.Count, null), ("spread", Aggregate.Std, "delay"),
    ];

    // Visitors by ten figures over five windows each: 50 features.
    private static readonly (string Name, Aggregate Aggregate, string? Column)[] OfVisitors =
    [
        ("visits", Aggregate.Count, null), ("spent", Aggregate.Sum, "spent"), ("mean", Aggregate.Mean, "spent"), ("least", Aggregate.Min, "spent"),
        ("most", Aggregate.Max, "spent"), ("spread", Aggregate.Std, "spent"), ("last", Aggregate.Last, "spent"), ("stay", Aggregate.Mean, "seconds"),
        ("longest", Aggregate.Max, "seconds"), ("bought", Aggregate.Mean, "bought"),
    ];

    public static IReadOnlyDictionary<string, FeatureViewSpec> All { get; } = new Dictionary<string, FeatureViewSpec>
    {
        ["departures"] = new([new("origin", "origin")], "flights", Over(OfAirports, Hours)),
        ["arrivals"] = new([new("destination", "destination")], "flights", Over(OfAirports, Hours)),
        ["routes"] = new([new("origin", "origin"), new("destination", "destination")], "flights",
            [.. Over(OfAirports[..2], Hours[1..]), new("flights_168h", Aggregate.Count, Window: TimeSpan.FromHours(168)), new("distance_168h", Aggregate.Last, "distance", TimeSpan.FromHours(168))]),
        ["visitors"] = new([new("visitor", "visitor")], "visits", Over(OfVisitors, [3, 24, 168, 336, 720])),
    };

    /// <summary>What the join takes of each view, in order: 20 features.</summary>
    public static IReadOnlyList<(string View, string Prefix, IReadOnlyList<string> Features)> Joined { get; } =
    [
        ("departures", "origin_", [.. Names("departures").Take(8)]), ("arrivals", "destination_", [.. Names("arrivals").Take(8)]), ("routes", "route_", [.. Names("routes").Take(4)]),
    ];

    public static IReadOnlyDictionary<string, FeatureServiceSpec> Services { get; } = new Dictionary<string, FeatureServiceSpec>
    {
        [FlightHouse.ServedService] = new([new("departures", Prefix: "origin_"), new("arrivals", Prefix: "destination_"), new("routes", Prefix: "route_")]),
        [FlightHouse.JoinedService] = new([.. Joined.Select(use => new ServedView(use.View, Prefix: use.Prefix, Select: use.Features))]),
        [FlightHouse.WideService] = new([new("visitors")]),
    };

    private static IEnumerable<string> Names(string view) => All[view].Features.Select(feature => feature.Name);

    private static FeatureSpec[] Over((string Name, Aggregate Aggregate, string? Column)[] figures, int[] hours) =>
    [
        .. figures.SelectMany(figure => hours.Select(window => new FeatureSpec(
            FormattableString.Invariant($"{figure.Name}_{window}h"), figure.Aggregate, figure.Column, TimeSpan.FromHours(window)))),
    ];
}
