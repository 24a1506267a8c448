using Orrery.Kernel;
using Orrery.Ledger.Resources;
using Orrery.Monitoring.Alerts;
using Orrery.Monitoring.Drift;
using Orrery.Monitoring.Joining;
using Orrery.Monitoring.Performance;
using Orrery.Monitoring.Storage;
using Orrery.Monitoring.Windows;
using Orrery.Platform.Access;
using Orrery.Platform.KeyValues;
using Orrery.Platform.Ownership;
using Orrery.Platform.Signals;

namespace Orrery.Monitoring.Monitors;

internal sealed class MonitorCatalog(
    IResources resources, MonitorQueries queries, AlertStore alerts, IOwners<EndpointWatch> watches, IKeyValueStore keyValues, ISignalLog signals) : IMonitors
{
    public async Task<IReadOnlyList<MonitorStatus>> ListAsync(Caller caller, CancellationToken cancellationToken = default)
    {
        var statuses = new List<MonitorStatus>();
        foreach (var monitor in await resources.ListAsync<MonitorSpec>(caller, AssetKind.Monitor, cancellationToken))
            statuses.Add(await StatusAsync(caller, monitor, cancellationToken));
        return statuses;
    }

    public async Task<MonitorStatus> StatusAsync(Caller caller, string monitor, CancellationToken cancellationToken = default) =>
        await StatusAsync(caller, await FindAsync(caller, monitor, cancellationToken), cancellationToken);

    public async Task<Page<MonitorWindow>> WindowsAsync(Caller caller, string monitor, WindowQuery query, PageRequest page, CancellationToken cancellationToken = default)
    {
        await FindAsync(caller, monitor, cancellationToken);
        return await queries.WindowsAsync(caller.Workspace, monitor, query, page, cancellationToken);
    }

    public async Task<IReadOnlyList<FeatureHistogram>> HistogramsAsync(Caller caller, string monitor, WindowKey window, CancellationToken cancellationToken = default)
    {
        var row = await queries.FindAsync(caller.Workspace, monitor, window, cancellationToken)
            ?? throw new NotFoundException($"Monitor '{monitor}' has no window of version {window.Version} ({window.Arm}) that begins at {window.Start:O}.");
        return WindowRow.Read<List<FeatureHistogram>>(row.Histograms) ?? [];
    }

    public Task<Page<MonitorAlert>> AlertsAsync(Caller caller, AlertQuery query, PageRequest page, CancellationToken cancellationToken = default) =>
        alerts.ListAsync(caller, query, page, cancellationToken);

    public Task<MonitorAlert> AcknowledgeAsync(Caller caller, string alert, string? note = null, CancellationToken cancellationToken = default) =>
        alerts.AcknowledgeAsync(caller, alert, note, cancellationToken);

    public async Task<JoinStatus> CatchUpAsync(Caller caller, string endpoint, CancellationToken cancellationToken = default)
    {
        CheckEndpoint(endpoint);
        return await watches.CallAsync(endpoint, (watch, token) => watch.CatchUpAsync(token), cancellationToken);
    }

    private Task<Resource<MonitorSpec>> FindAsync(Caller caller, string monitor, CancellationToken cancellationToken) =>
        resources.GetAsync<MonitorSpec>(caller, new(AssetKind.Monitor, monitor), cancellationToken);

    private async Task<MonitorStatus> StatusAsync(Caller caller, Resource<MonitorSpec> monitor, CancellationToken cancellationToken)
    {
        var (name, spec) = (monitor.Version.Name, monitor.Spec);
        var found = await queries.StandAsync(caller.Workspace, name, cancellationToken);
        var join = await new JoinStore(keyValues, spec.Endpoint).ReadProgressAsync(cancellationToken);
        DateTimeOffset? watermark = found.Progress?.Newest is { } newest ? SignalBatch.FromMicroseconds(newest) - spec.AllowedLateness : null;
        return new(
            name, monitor.Version.Number, spec, Health(found.Closed, found.Judged), watermark, found.Progress?.Late ?? 0, found.Progress?.Future ?? 0,
            join.ToStatus(spec.Endpoint), found.Closed, found.OpenAlerts);
    }

    // The newest window that labels were judged for is older than the newest one whose inputs were compared; what it says of the model weighs more.
    private static MonitorHealth Health(MonitorWindow? closed, WindowPerformance? judged) =>
        closed is null ? MonitorHealth.Waiting
        : judged is { Breached: true } ? MonitorHealth.Degraded
        : closed.Drift is { Breached: true } ? MonitorHealth.Drifting
        : MonitorHealth.Healthy;

    private void CheckEndpoint(string endpoint)
    {
        if (!AssetRef.IsName(endpoint) || (signals.Find(PredictionStream.Name(endpoint)) is null && signals.Find(LabelStream.Name(endpoint)) is null))
            throw new NotFoundException($"The endpoint '{endpoint}' has neither predictions nor labels.");
    }
}
