using Orrery.Kernel;
using Orrery.Ledger.Resources;

namespace Orrery.Features.Services;

/// <summary>The resource <c>kind: FeatureService</c>.</summary>
internal sealed class FeatureServiceKind() : ResourceKind<FeatureServiceSpec>(AssetKind.FeatureService)
{
    protected override IEnumerable<AssetRef> References(FeatureServiceSpec spec) =>
        spec.Features.Where(f => AssetRef.IsName(f.View)).Select(f => new AssetRef(AssetKind.FeatureView, f.View)).Distinct();

    // Whether the views have the keys and features named here is checked when the service is resolved against them: they are separate resources.
    protected override IReadOnlyDictionary<string, string> Validate(string name, FeatureServiceSpec spec)
    {
        var errors = new Dictionary<string, string>();
        if (spec.Features.Count == 0)
            errors["features"] = "A feature service needs at least one view.";
        for (var i = 0; i < spec.Features.Count; i++)
        {
            if (!AssetRef.IsName(spec.Features[i].View))
                errors[$"features/{i}/view"] = $"'{spec.Features[i].View}' cannot be the name of a feature view.";
            if (spec.Features[i].Select is { Count: 0 })
                errors[$"features/{i}/select"] = "An empty selection gives nothing; leave 'select' out for all features.";
        }

        var request = spec.Request ?? [];
        for (var i = 0; i < request.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(request[i].Name) || request.Take(i).Any(r => r.Name == request[i].Name))
                errors[$"request/{i}/name"] = $"Expected a name that is there once, got '{request[i].Name}'.";
        }

        return errors;
    }
}
