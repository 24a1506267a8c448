using Orrery.Data.Datasets;
using Orrery.Features.Views;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Platform.Analytics;

namespace Orrery.Features.Offline;

internal sealed class FeatureHistories(IResources resources, IDatasets datasets, IAssets assets, IRuns runs, AnalyticsEngine engine) : IFeatureHistories, IDisposable
{
    /// <summary>The tag by which a history is found again: the view's layout and the source's digest.</summary>
    private const string KeyTag = "feature-history";

    // A history is computed in memory by all cores; two at once would only be in each other's way.
    private readonly SemaphoreSlim _one = new(1);

    public async Task<FeatureHistory> GetAsync(
        Caller caller, string view, VersionId? source = null, RunId? run = null, CancellationToken cancellationToken = default)
    {
        var (version, spec) = await resources.GetAsync<FeatureViewSpec>(caller, new(AssetKind.FeatureView, view), cancellationToken);
        var plan = FeatureViewPlan.Of(view, spec);
        var dataset = source is { } id
            ? await datasets.OpenAsync(caller, id, cancellationToken)
            : await datasets.OpenAsync(caller, new AssetRef(AssetKind.Dataset, spec.Source), cancellationToken);
        if (dataset.Version.Name != spec.Source)
            throw new InvalidException($"The view '{view}' is over the dataset '{spec.Source}', not over {dataset.Version.Ref}.");
        var bound = ViewSource.Bind(plan, spec, dataset);
        var key = Digest.Of($"{plan.Layout}\n{bound.Known}\n{dataset.Version.Digest}").ToString();

        await _one.WaitAsync(cancellationToken);
        try
        {
            var table = await FindAsync(caller, view, key, cancellationToken) ?? await ComputeAsync(caller, plan, version, bound, key, run, cancellationToken);
            return new(version.Ref, dataset.Version.Ref, table);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<Dataset?> FindAsync(Caller caller, string view, string key, CancellationToken cancellationToken)
    {
        // The newest hundred are enough: one that is older is computed again, and is the same by content.
        if (await assets.FindAsync(caller, new(AssetKind.Dataset, FeatureTable.NameOf(view)), cancellationToken) is null)
            return null;
        var versions = await assets.ListVersionsAsync(caller, AssetKind.Dataset, FeatureTable.NameOf(view), new(), cancellationToken);
        return versions.Items.FirstOrDefault(v => v.Tags.GetValueOrDefault(KeyTag) == key) is { } found
            ? await datasets.OpenAsync(caller, found.Id, cancellationToken)
            : null;
    }

    private async Task<Dataset> ComputeAsync(
        Caller caller, FeatureViewPlan plan, AssetVersion view, ViewSource source, string key, RunId? run, CancellationToken cancellationToken)
    {
        var ofItsOwn = run is null ? await runs.StartAsync(caller, new("materialize", $"history of {plan.Name}", "features"), cancellationToken) : null;
        var id = run ?? ofItsOwn!.Id;
        try
        {
            await runs.LogAsync(caller, id, new() { Inputs = [new(view.Id, "feature-view"), new(source.Dataset.Version.Id, "source")] }, cancellationToken);
            using var session = engine.Open();
            await Task.Run(() => HistoryTable.Fill(session, plan, source, cancellationToken), cancellationToken);
            var table = await datasets.WriteAsync(
                caller, new(FeatureTable.NameOf(plan.Name), FeatureTable.Tick, id), session, HistoryTable.Query(plan), cancellationToken);
            await assets.SetTagsAsync(caller, table.Version.Id, new Dictionary<string, string?> { [KeyTag] = key }, cancellationToken);
            if (ofItsOwn is not null)
                await runs.FinishAsync(caller, id, RunStatus.Finished, cancellationToken: cancellationToken);
            return table;
        }
        catch (Exception error) when (ofItsOwn is not null)
        {
            var status = error is OperationCanceledException ? RunStatus.Cancelled : RunStatus.Failed;
            await runs.FinishAsync(caller, id, status, error.Message, cancellationToken: CancellationToken.None);
            throw;
        }
    }
}
