using Orrery.Kernel;
using Orrery.Ledger.Json;

namespace Orrery.Features.Views;

/// <summary>What a feature view must keep to, as far as can be said without its source; returns what is wrong by path.</summary>
internal static class FeatureViewRules
{
    /// <summary>The most buckets of one window: a fold of more takes longer than a request may wait for fresh features.</summary>
    public const int MaxWindowTicks = 100_000;

    /// <summary>The most features of one view, windows counted one by one.</summary>
    public const int MaxFeatures = 1_000;

    private const int MaxEntityColumns = 8;

    public static IReadOnlyDictionary<string, string> Check(FeatureViewSpec spec)
    {
        var errors = new Dictionary<string, string>();
        if (spec.Entity.Count is 0 or > MaxEntityColumns)
            errors["entity"] = $"Expected 1 to {MaxEntityColumns} columns, got {spec.Entity.Count}.";
        CheckDistinct(errors, "entity", spec.Entity.Select(e => e.Name));
        if (!AssetRef.IsName(spec.Source))
            errors["source"] = $"'{spec.Source}' cannot be the name of a dataset.";
        var every = spec.Every ?? FeatureViewSpec.DefaultEvery;
        if (every < TimeSpan.FromSeconds(1) || every.Ticks % TimeSpan.TicksPerMicrosecond != 0)
            errors["every"] = $"The tick is at least one second, got {Durations.Format(every)}.";
        else
            CheckFeatures(errors, spec, every);
        if (spec.Ttl is { } ttl && ttl < every)
            errors["ttl"] = $"A time to live below the tick ({Durations.Format(every)}) would leave no value in force, got {Durations.Format(ttl)}.";
        return errors;
    }

    private static void CheckFeatures(Dictionary<string, string> errors, FeatureViewSpec spec, TimeSpan every)
    {
        for (var i = 0; i < spec.Features.Count; i++)
        {
            var feature = spec.Features[i];
            var path = $"features/{i}";
            if (string.IsNullOrWhiteSpace(feature.Name))
                errors[$"{path}/name"] = "A feature needs a name.";
            if (feature.Column is null && feature.Aggregate != Aggregate.Count)
                errors[$"{path}/column"] = $"'{feature.Aggregate.ToString().ToLowerInvariant()}' needs a column; only a count can do without.";
            if (feature.Window is null == feature.Windows is null || feature.Windows is { Count: 0 })
                errors[$"{path}/window"] = "Expected either one 'window' or a list of 'windows'.";
            if (feature.Window is { } window)
                CheckWindow(errors, $"{path}/window", window, every);
            for (var w = 0; w < feature.Windows?.Count; w++)
                CheckWindow(errors, $"{path}/windows/{w}", feature.Windows[w], every);
        }

        var names = spec.Features.SelectMany(FeatureViewPlan.NamesOf).ToList();
        if (names.Count is 0 or > MaxFeatures)
            errors["features"] = $"Expected 1 to {MaxFeatures} features, got {names.Count}.";
        CheckDistinct(errors, "features", names.Concat(spec.Entity.Select(e => e.Name)).Append(FeatureTable.Tick));
    }

    private static void CheckWindow(Dictionary<string, string> errors, string path, TimeSpan window, TimeSpan every)
    {
        if (window <= TimeSpan.Zero || window.Ticks % every.Ticks != 0)
        {
            var nearest = TimeSpan.FromTicks(Math.Max(1, (window.Ticks + (every.Ticks / 2)) / every.Ticks) * every.Ticks);
            errors[path] = $"A window is a multiple of the tick ({Durations.Format(every)}), got {Durations.Format(window)}; the nearest is {Durations.Format(nearest)}.";
        }
        else if (window.Ticks / every.Ticks > MaxWindowTicks)
            errors[path] = $"A window has at most {MaxWindowTicks} ticks, got {window.Ticks / every.Ticks}; take a coarser 'every'.";
    }

    private static void CheckDistinct(Dictionary<string, string> errors, string path, IEnumerable<string> names)
    {
        // Column names are compared as the analytical engine does, which ignores case.
        var twice = names.GroupBy(n => n, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
            errors.TryAdd(path, $"The name '{twice.Key}' is there twice ('{FeatureTable.Tick}' is taken).");
    }
}
