using Orrery.Features.Streaming;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;

namespace Orrery.Features.Views;

/// <summary>The resource <c>kind: FeatureView</c>.</summary>
internal sealed class FeatureViewKind(EarlierLayouts earlier) : ResourceKind<FeatureViewSpec>(AssetKind.FeatureView)
{
    // A dataset may be ingested after the view is declared, so only a source that is itself a view must exist; this also finds cycles of views.
    protected override IEnumerable<AssetRef> References(FeatureViewSpec spec) =>
        FeatureTable.ViewOf(spec.Source) is { } view && AssetRef.IsName(view) ? [new(AssetKind.FeatureView, view)] : [];

    protected override IReadOnlyDictionary<string, string> Validate(string name, FeatureViewSpec spec)
    {
        var errors = FeatureViewRules.Check(spec);
        return FeatureTable.ViewOf(spec.Source) == name
            ? new Dictionary<string, string>(errors) { ["source"] = $"The view '{name}' cannot be its own source." }
            : errors;
    }

    protected override Task AppliedAsync(Caller caller, AssetVersion version, FeatureViewSpec spec, CancellationToken cancellationToken) =>
        earlier.RetireAsync(caller, FeatureViewPlan.Of(version.Name, spec), cancellationToken);
}
