using System.Diagnostics;
using System.Diagnostics.Metrics;
using Orrery.Features.Streaming;
using Orrery.Features.Views;

namespace Orrery.Features;

/// <summary>What features tell a metrics collector: meter <c>Orrery.Features</c>.</summary>
internal static class FeaturesMetrics
{
    public const string MeterName = "Orrery.Features";

    private static readonly Meter Meter = new(MeterName);

    /// <summary>Recorded for every prediction, so by its reader, which knows its tags.</summary>
    public static Histogram<double> Reads { get; } =
        Meter.CreateHistogram<double>("orrery.features.read", "s", "Online reads of one set of entities, by workspace and service.", advice: new()
        {
            HistogramBucketBoundaries = [0.000001, 0.0000025, 0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.001, 0.01],
        });

    private static readonly Counter<long> Events = Meter.CreateCounter<long>(
        "orrery.features.events", "{event}", "Events pushed into a view's stream, by workspace, view and how they came: in time, late, or without an entity.");

    private static readonly Counter<long> Updates =
        Meter.CreateCounter<long>("orrery.features.updates", "{entity}", "Entities whose online features were computed anew, by workspace and view.");

    // A moment and not an age, so that it says the same however rarely it is looked at; the age is the collector's subtraction.
    private static readonly Gauge<double> Tick = Meter.CreateGauge<double>(
        "orrery.features.tick", "s", "The tick up to which the online features are computed, as seconds since 1970, by workspace and view.");

    public static void Pushed(string workspace, PushReceipt receipt)
    {
        Count("in time", receipt.Accepted - receipt.Late);
        Count("late", receipt.Late);
        Count("without entity", receipt.WithoutEntity);

        void Count(string came, long events)
        {
            if (events > 0)
                Events.Add(events, new("workspace", workspace), new("view", receipt.View), new("came", came));
        }
    }

    public static void Computed(string workspace, FeatureViewPlan view, long tick, long entities)
    {
        var tags = new TagList { { "workspace", workspace }, { "view", view.Name } };
        Updates.Add(entities, tags);
        Tick.Record(tick * view.Clock.Microseconds / 1e6, tags);
    }
}
