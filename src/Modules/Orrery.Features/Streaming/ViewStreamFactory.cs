using Orrery.Features.Online;
using Orrery.Features.Views;
using Orrery.Kernel;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;
using Orrery.Platform.KeyValues;
using Orrery.Platform.Ownership;

namespace Orrery.Features.Streaming;

/// <summary>Loads the live state of a view. Its key is <c>workspace/view/layout</c>: a view that was changed has another state, and starts anew.</summary>
internal sealed class ViewStreamFactory(IResources resources, IKeyValueStore store) : IOwnerFactory<ViewStream>
{
    public static string KeyOf(Caller caller, FeatureViewPlan plan) => $"{caller.Workspace}/{plan.Name}/{plan.Layout}";

    public async Task<ViewStream> CreateAsync(string key, CancellationToken cancellationToken)
    {
        var parts = key.Split('/');
        var (workspace, view, layout) = (parts[0], parts[1], parts[2]);
        var (_, spec) = await resources.GetAsync<FeatureViewSpec>(Caller.System("features", workspace), new(AssetKind.FeatureView, view), cancellationToken);
        var plan = FeatureViewPlan.Of(view, spec);
        return plan.Layout.ToString() == layout
            ? await ViewStream.LoadAsync(plan, store.Space(OnlineFeatures.Space), workspace, cancellationToken)
            : throw new ConflictException($"The feature view '{view}' was changed in the meantime; ask again.");
    }
}
