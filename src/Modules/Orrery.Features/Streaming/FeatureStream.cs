using Orrery.Data.Datasets;
using Orrery.Features.Offline;
using Orrery.Features.Online;
using Orrery.Features.Views;
using Orrery.Kernel;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;
using Orrery.Platform.Analytics;
using Orrery.Platform.KeyValues;
using Orrery.Platform.Ownership;

namespace Orrery.Features.Streaming;

internal sealed class FeatureStream(IResources resources, IDatasets datasets, IOwners<ViewStream> owners, EarlierLayouts earlier, IKeyValueStore store, AnalyticsEngine engine)
    : IFeatureStream
{
    public async Task<IReadOnlyList<PushReceipt>> PushAsync(
        Caller caller, string source, EventRows events, string? key = null, CancellationToken cancellationToken = default)
    {
        if (key is not null)
            PushMemory.Check(key);
        // Every view reads all rows before any takes one in.
        var pushes = new List<(DeclaredView View, List<ViewEvent> Events)>();
        foreach (var view in await ViewsOverAsync(caller, source, cancellationToken))
        {
            var known = view.Spec.Timestamp ?? (await FindSourceAsync(caller, view, cancellationToken))?.Known
                ?? throw new InvalidException($"Neither the view '{view.Plan.Name}' nor a dataset '{source}' says which column holds the moment at which a row became known.");
            pushes.Add((view, new EventBinding(view.Plan, known, events.Columns).Read(events)));
        }

        var receipts = new List<PushReceipt>();
        foreach (var (view, read) in pushes)
            receipts.Add(await OwnAsync(caller, view, (stream, token) => stream.PushAsync(read, key, token), cancellationToken));
        return receipts;
    }

    public async Task<IReadOnlyList<ViewProgress>> AdvanceAsync(
        Caller caller, string source, DateTimeOffset watermark, CancellationToken cancellationToken = default)
    {
        var progress = new List<ViewProgress>();
        foreach (var view in await ViewsOverAsync(caller, source, cancellationToken))
        {
            progress.Add(await OwnAsync(caller, view, async (stream, token) =>
                Progress(stream, await stream.AdvanceAsync(view.Plan.Clock.AtOrBefore(watermark), token)), cancellationToken));
        }

        return progress;
    }

    public async Task<ViewProgress> MaterializeAsync(
        Caller caller, string view, DateTimeOffset? until = null, VersionId? source = null, CancellationToken cancellationToken = default)
    {
        var declared = await ViewAsync(caller, view, cancellationToken);
        var dataset = source is { } id
            ? await datasets.OpenAsync(caller, id, cancellationToken)
            : await datasets.OpenAsync(caller, new AssetRef(AssetKind.Dataset, declared.Spec.Source), cancellationToken);
        var bound = ViewSource.Bind(declared.Plan, declared.Spec, dataset);
        return await CallAsync(caller, declared, async (stream, token) => Progress(stream, await RestartAsync(stream, bound, until, token)), cancellationToken);
    }

    public async Task<ViewProgress> ProgressAsync(Caller caller, string view, CancellationToken cancellationToken = default)
    {
        var declared = await ViewAsync(caller, view, cancellationToken);
        return Progress(declared.Plan, ViewStream.ReadWatermark(declared.Plan, store.Space(OnlineFeatures.Space), caller.Workspace), 0);
    }

    private static ViewProgress Progress(ViewStream stream, long updated) => Progress(stream.Plan, stream.Watermark, updated);

    private static ViewProgress Progress(FeatureViewPlan plan, long? watermark, long updated) =>
        new(plan.Name, watermark is { } tick ? plan.Clock.Time(tick) : null, updated);

    // A stream that has no state yet takes up where its dataset ends: events that are in there are not pushed again.
    private Task<T> OwnAsync<T>(Caller caller, DeclaredView view, Func<ViewStream, CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        CallAsync(caller, view, async (stream, token) =>
        {
            if (stream.IsNew && await FindSourceAsync(caller, view, token) is { } source)
                await RestartAsync(stream, source, until: null, token);
            return await call(stream, token);
        }, cancellationToken);

    // A layout that has its first features takes over from those before it.
    private async Task<T> CallAsync<T>(Caller caller, DeclaredView view, Func<ViewStream, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        var (result, isFirst) = await owners.CallAsync(ViewStreamFactory.KeyOf(caller, view.Plan), async (stream, token) =>
        {
            var before = stream.Watermark;
            return (await call(stream, token), before is null && stream.Watermark is not null);
        }, cancellationToken);
        if (isFirst)
            await earlier.RetireAsync(caller, view.Plan, cancellationToken);
        return result;
    }

    private async Task<long> RestartAsync(ViewStream stream, ViewSource source, DateTimeOffset? until, CancellationToken cancellationToken)
    {
        var (tick, buckets) = await Task.Run(() =>
        {
            using var session = engine.Open();
            return RecentBuckets.Read(session, stream.Plan, source, until is { } time ? stream.Plan.Clock.AtOrBefore(time) : null, stream.Watermark, cancellationToken);
        }, cancellationToken);
        return tick is { } restart ? await stream.RestartAsync(restart, buckets, cancellationToken) : 0;
    }

    private async Task<IReadOnlyList<DeclaredView>> ViewsOverAsync(Caller caller, string source, CancellationToken cancellationToken)
    {
        var views = (await resources.ListAsync<FeatureViewSpec>(caller, AssetKind.FeatureView, cancellationToken))
            .Where(v => v.Spec.Source == source).Select(v => new DeclaredView(FeatureViewPlan.Of(v.Version.Name, v.Spec), v.Spec)).ToList();
        return views.Count > 0 ? views : throw new NotFoundException($"No feature view is over the source '{source}'.");
    }

    private async Task<DeclaredView> ViewAsync(Caller caller, string view, CancellationToken cancellationToken)
    {
        var (_, spec) = await resources.GetAsync<FeatureViewSpec>(caller, new(AssetKind.FeatureView, view), cancellationToken);
        return new(FeatureViewPlan.Of(view, spec), spec);
    }

    private async Task<ViewSource?> FindSourceAsync(Caller caller, DeclaredView view, CancellationToken cancellationToken)
    {
        try
        {
            return ViewSource.Bind(view.Plan, view.Spec, await datasets.OpenAsync(caller, new AssetRef(AssetKind.Dataset, view.Spec.Source), cancellationToken));
        }
        catch (NotFoundException)
        {
            return null; // the events come by the stream alone
        }
    }

    private sealed record DeclaredView(FeatureViewPlan Plan, FeatureViewSpec Spec);
}
