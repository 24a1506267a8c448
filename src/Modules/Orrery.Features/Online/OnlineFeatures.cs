using Orrery.Features.Services;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;
using Orrery.Platform.KeyValues;

namespace Orrery.Features.Online;

internal sealed class OnlineFeatures(IResources resources, IKeyValueStore store, OnlineLayouts layouts) : IOnlineFeatures
{
    /// <summary>The space of the key-value store that holds all of this module's state.</summary>
    public const string Space = "features";

    public async Task<IOnlineFeatureReader> OpenAsync(Caller caller, string featureService, CancellationToken cancellationToken = default) =>
        new OnlineFeatureReader(await FeatureServicePlan.ResolveAsync(resources, caller, featureService, cancellationToken), store.Space(Space), caller.Workspace, layouts);
}
