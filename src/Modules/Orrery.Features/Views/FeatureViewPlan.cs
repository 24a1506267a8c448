using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Json;

namespace Orrery.Features.Views;

/// <summary>What is aggregated: a column (rows where there is none) of the events that meet a condition (all where there is none).</summary>
internal readonly record struct Measure(string? Column, string? Where);

/// <summary>How a slot takes in another event or bucket. In the order in which slots are laid out, so that each kind is one run of them.</summary>
internal enum SlotKind
{
    Count,
    Sum,
    SumOfSquares,
    Minimum,
    Maximum,
    /// <summary>When the last value became known, in microseconds; exact in a double until the year 2255. Its value stands in the next slot.</summary>
    LastKnown,
    LastValue,
}

/// <summary>One number of a bucket.</summary>
internal readonly record struct Slot(SlotKind Kind, int Measure);

/// <summary>A feature and the slots that it is computed from; -1 where it does not need one.</summary>
internal readonly record struct PlannedFeature(string Name, Aggregate Aggregate, int Window, int Count, int Value, int Squares);

/// <summary>
/// A feature view as both engines, the batch and the stream, compute it. A bucket holds, for one entity and tick, a row of doubles, the
/// <see cref="Slots"/>; a window is the fold of its buckets, oldest first; features are read off the fold.
/// </summary>
internal sealed class FeatureViewPlan
{
    private FeatureViewPlan(string name, FeatureViewSpec spec)
    {
        Name = name;
        Entity = spec.Entity;
        Source = spec.Source;
        Timestamp = spec.Timestamp;
        Clock = new((long)(spec.Every ?? FeatureViewSpec.DefaultEvery).TotalMicroseconds);
        TtlMicroseconds = spec.Ttl is { } ttl ? (long)ttl.TotalMicroseconds : null;
        var wanted = spec.Features.SelectMany(Expand).ToList();
        Windows = [.. wanted.Select(w => TicksOf(w.Window)).Distinct().Order()];
        Measures = [.. wanted.Select(w => w.Measure).Distinct()];
        Slots = [.. wanted.SelectMany(w => SlotsOf(w.Aggregate).Select(kind => new Slot(kind, Measures.IndexOf(w.Measure)))).Distinct()
            .OrderBy(s => s.Kind is SlotKind.LastValue ? SlotKind.LastKnown : s.Kind).ThenBy(s => s.Measure).ThenBy(s => s.Kind)];
        Sums = Slots.Count(s => s.Kind <= SlotKind.SumOfSquares);
        Minima = Slots.Count(s => s.Kind == SlotKind.Minimum);
        Maxima = Slots.Count(s => s.Kind == SlotKind.Maximum);
        Features = [.. wanted.Select(Plan)];
        // The time to live is the reader's affair and changes no value, so changing it keeps what is stored.
        Layout = Digest.Of(JsonSerializer.Serialize(spec with { Ttl = null }, LedgerJson.Options));
    }

    public string Name { get; }

    public IReadOnlyList<EntityColumn> Entity { get; }

    public string Source { get; }

    public string? Timestamp { get; }

    public Ticks Clock { get; }

    public long? TtlMicroseconds { get; }

    /// <summary>The distinct windows in ticks, shortest first.</summary>
    public IReadOnlyList<long> Windows { get; }

    public long LongestWindow => Windows[^1];

    public List<Measure> Measures { get; }

    /// <summary>The slots of a bucket: sums first, then minima, maxima and pairs of last known and last value.</summary>
    public List<Slot> Slots { get; }

    /// <summary>How many slots are added up; they come first.</summary>
    public int Sums { get; }

    public int Minima { get; }

    public int Maxima { get; }

    public IReadOnlyList<PlannedFeature> Features { get; }

    /// <summary>Fixes what the stored numbers mean: views of equal layout may read each other's.</summary>
    public Digest Layout { get; }

    /// <summary>The plan of a spec that keeps the rules.</summary>
    public static FeatureViewPlan Of(string name, FeatureViewSpec spec) => new(name, spec);

    /// <summary>The features' names in order, windows expanded.</summary>
    public static IEnumerable<string> NamesOf(FeatureSpec feature) => Expand(feature).Select(w => w.Name);

    private static IEnumerable<Wanted> Expand(FeatureSpec feature)
    {
        var measure = new Measure(feature.Column, feature.Where);
        return feature.Windows is { } windows
            ? windows.Select(w => new Wanted($"{feature.Name}_{Durations.Format(w)}", feature.Aggregate, measure, w))
            : feature.Window is { } window ? [new(feature.Name, feature.Aggregate, measure, window)] : [];
    }

    private static SlotKind[] SlotsOf(Aggregate aggregate) => aggregate switch
    {
        Aggregate.Count => [SlotKind.Count],
        Aggregate.Sum => [SlotKind.Sum],
        Aggregate.Mean => [SlotKind.Count, SlotKind.Sum],
        Aggregate.Std => [SlotKind.Count, SlotKind.Sum, SlotKind.SumOfSquares],
        Aggregate.Min => [SlotKind.Minimum],
        Aggregate.Max => [SlotKind.Maximum],
        Aggregate.Last => [SlotKind.LastKnown, SlotKind.LastValue],
        _ => throw new ArgumentOutOfRangeException(nameof(aggregate), aggregate, null),
    };

    private PlannedFeature Plan(Wanted wanted)
    {
        var measure = Measures.IndexOf(wanted.Measure);
        int At(SlotKind kind) => Slots.IndexOf(new(kind, measure));
        var value = wanted.Aggregate switch
        {
            Aggregate.Count => At(SlotKind.Count),
            Aggregate.Min => At(SlotKind.Minimum),
            Aggregate.Max => At(SlotKind.Maximum),
            Aggregate.Last => At(SlotKind.LastValue),
            _ => At(SlotKind.Sum),
        };
        return new(wanted.Name, wanted.Aggregate, Windows.ToList().IndexOf(TicksOf(wanted.Window)), At(SlotKind.Count), value, At(SlotKind.SumOfSquares));
    }

    private long TicksOf(TimeSpan window) => (long)window.TotalMicroseconds / Clock.Microseconds;

    private readonly record struct Wanted(string Name, Aggregate Aggregate, Measure Measure, TimeSpan Window);
}
