using Orrery.Features.Online;
using Orrery.Features.Views;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Json;
using Orrery.Platform.Access;
using Orrery.Platform.KeyValues;
using Orrery.Platform.Ownership;

namespace Orrery.Features.Streaming;

/// <summary>
/// Takes away what a view's earlier layouts left in memory and in the store. Their streams end with the change: no push reaches them any more. Their online
/// features are read on until the new layout has some, so that endpoints are not left without in between; then open readers move over, and they go too.
/// </summary>
internal sealed class EarlierLayouts(IAssets assets, IOwners<ViewStream> owners, IKeyValueStore store, OnlineLayouts online)
{
    private const int KeysInOneWrite = 1_000;

    private readonly IKeyValueSpace _space = store.Space(OnlineFeatures.Space);

    /// <summary>Does it, as far as the layout in force allows; to be called after a change, and when the layout has its first features. Idempotent.</summary>
    public async Task RetireAsync(Caller caller, FeatureViewPlan current, CancellationToken cancellationToken)
    {
        var computed = ViewStream.ReadWatermark(current, _space, caller.Workspace) is not null;
        if (computed)
            online.Set(caller.Workspace, current);
        foreach (var earlier in await FindAsync(caller, current, cancellationToken))
        {
            await owners.ReleaseAsync(ViewStreamFactory.KeyOf(caller, earlier));
            var prefix = EntityKey.Prefix(caller.Workspace, earlier);
            foreach (var keys in computed ? [prefix] : new[] { EntityKey.Buckets(prefix), EntityKey.Pushes(prefix), EntityKey.Watermark(prefix) })
                await DeleteAsync(keys, cancellationToken);
        }
    }

    // The newest page of versions is enough: what is older went when it was replaced.
    private async Task<IReadOnlyList<FeatureViewPlan>> FindAsync(Caller caller, FeatureViewPlan current, CancellationToken cancellationToken)
    {
        var versions = await assets.ListVersionsAsync(caller, AssetKind.FeatureView, current.Name, new(PageRequest.MaxLimit), cancellationToken);
        return
        [
            .. versions.Items.Select(version => StrictBinder.Bind(version.Manifest, typeof(FeatureViewSpec), out _)).OfType<FeatureViewSpec>()
                .Select(spec => FeatureViewPlan.Of(current.Name, spec)).Where(plan => plan.Layout != current.Layout).DistinctBy(plan => plan.Layout),
        ];
    }

    // Not awaited to the disk: what a power cut brings back is taken away at the next start.
    private async Task DeleteAsync(byte[] prefix, CancellationToken cancellationToken)
    {
        var batch = new KeyValueBatch();
        await foreach (var (key, _) in _space.ScanAsync(prefix, cancellationToken: cancellationToken))
        {
            batch.Delete(key);
            if (batch.Entries.Count < KeysInOneWrite)
                continue;
            await _space.WriteAsync(batch, Durability.Relaxed, cancellationToken);
            batch = new();
        }

        if (batch.Entries.Count > 0)
            await _space.WriteAsync(batch, Durability.Relaxed, cancellationToken);
    }
}
