using Orrery.Features.Views;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;

namespace Orrery.Features.Services;

/// <summary>One feature as a service gives it: which of the view's, and under which name.</summary>
internal readonly record struct ServedFeature(int Index, string Name);

/// <summary>One view as a service uses it.</summary>
/// <param name="Version">The view's version.</param>
/// <param name="View">The view.</param>
/// <param name="Keys">For each entity column of the view, the position of the service's key.</param>
/// <param name="Features">The features taken from it, in order.</param>
internal sealed record ViewUse(AssetVersion Version, FeatureViewPlan View, IReadOnlyList<int> Keys, IReadOnlyList<ServedFeature> Features);

/// <summary>A feature service resolved against its views: every name is known to exist.</summary>
internal sealed record FeatureServicePlan(AssetVersion Version, FeatureServiceSpec Spec, IReadOnlyList<string> Keys, IReadOnlyList<ViewUse> Views)
{
    /// <summary>All features in order.</summary>
    public IEnumerable<string> Features => Views.SelectMany(v => v.Features).Select(f => f.Name);

    /// <summary>Resolves the service against the latest versions of its views.</summary>
    /// <exception cref="NotFoundException">There is no such service or view.</exception>
    /// <exception cref="InvalidException">It names a key or feature that a view does not have, or one name twice.</exception>
    public static async Task<FeatureServicePlan> ResolveAsync(IResources resources, Caller caller, string service, CancellationToken cancellationToken)
    {
        var (version, spec) = await resources.GetAsync<FeatureServiceSpec>(caller, new(AssetKind.FeatureService, service), cancellationToken);
        var views = new Dictionary<string, (AssetVersion Version, FeatureViewPlan Plan)>(StringComparer.Ordinal);
        foreach (var name in spec.Features.Select(f => f.View).Distinct())
        {
            var view = await resources.GetAsync<FeatureViewSpec>(caller, new(AssetKind.FeatureView, name), cancellationToken);
            views[name] = (view.Version, FeatureViewPlan.Of(name, view.Spec));
        }

        return Resolve(version, spec, views);
    }

    private static FeatureServicePlan Resolve(AssetVersion version, FeatureServiceSpec spec, Dictionary<string, (AssetVersion Version, FeatureViewPlan Plan)> views)
    {
        var errors = new Dictionary<string, string>();
        var keys = new List<string>();
        var uses = new List<ViewUse>();
        for (var i = 0; i < spec.Features.Count; i++)
        {
            var served = spec.Features[i];
            var (viewVersion, plan) = views[served.View];
            uses.Add(new(viewVersion, plan, KeysOf(served, plan, keys, errors, $"features/{i}/keys"), FeaturesOf(served, plan, errors, $"features/{i}/select")));
        }

        var taken = uses.SelectMany(u => u.Features).Select(f => f.Name).Concat(keys).Concat((spec.Request ?? []).Select(r => r.Name).Except(keys));
        foreach (var twice in taken.GroupBy(n => n, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
            errors.TryAdd("features", $"The name '{twice.Key}' is there twice among keys, features and request values; give one of the views a prefix.");
        return errors.Count == 0
            ? new(version, spec, keys, uses)
            : throw new InvalidException($"The feature service '{version.Name}' does not fit its views: {errors.First().Value}") { Errors = errors };
    }

    private static int[] KeysOf(ServedView served, FeatureViewPlan plan, List<string> keys, Dictionary<string, string> errors, string path)
    {
        var names = plan.Entity.Select(e => e.Name).ToList();
        foreach (var unknown in (served.Keys ?? new Dictionary<string, string>()).Keys.Except(names))
            errors[$"{path}/{unknown}"] = $"The view '{plan.Name}' has no entity column '{unknown}'; it has {string.Join(", ", names)}.";
        return [.. names.Select(name =>
        {
            var key = served.Keys?.GetValueOrDefault(name) ?? name;
            if (!keys.Contains(key))
                keys.Add(key);
            return keys.IndexOf(key);
        })];
    }

    private static List<ServedFeature> FeaturesOf(ServedView served, FeatureViewPlan plan, Dictionary<string, string> errors, string path)
    {
        var names = plan.Features.Select(f => f.Name).ToList();
        var wanted = served.Select ?? names;
        for (var i = 0; i < wanted.Count; i++)
        {
            if (!names.Contains(wanted[i]))
                errors[$"{path}/{i}"] = $"The view '{plan.Name}' has no feature '{wanted[i]}'{(NearestName.Of(wanted[i], names) is { } near ? $"; did you mean '{near}'?" : ".")}";
        }

        return [.. wanted.Select(name => new ServedFeature(names.IndexOf(name), served.Prefix + name))];
    }
}
