using System.Diagnostics;
using Microsoft.Extensions.Options;
using Orrery.Kernel;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Workspaces;
using Orrery.Monitoring.Alerts;
using Orrery.Monitoring.Joining;
using Orrery.Monitoring.Windows;
using Orrery.Platform.Access;
using Orrery.Platform.KeyValues;
using Orrery.Platform.Ownership;
using Orrery.Platform.Signals;

namespace Orrery.Monitoring.Monitors;

/// <summary>The live state of one endpoint: its join and its monitors. One owner at a time, so that nobody else writes its outcomes.</summary>
internal sealed class EndpointWatch(
    string endpoint, ISignalLog signals, IKeyValueStore keyValues, IResources resources, IWorkspaces workspaces, MonitorRun run, AlertAnnouncer announcer,
    MonitoringOptions options, TimeProvider clock)
{
    private EndpointJoin? _join;

    public async Task<JoinStatus> CatchUpAsync(CancellationToken cancellationToken)
    {
        // Labels that were known when the last of these predictions was made are in the log by now, and are joined before it is looked at.
        var until = signals.Find(PredictionStream.Name(endpoint))?.End ?? 0;
        await JoinAsync(cancellationToken);
        await announcer.AnnounceAsync(cancellationToken);
        foreach (var monitor in await MonitorsAsync(cancellationToken))
            await run.AdvanceAsync(monitor, until, cancellationToken);
        return _join!.Progress.ToStatus(endpoint);
    }

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        try
        {
            _join ??= await EndpointJoin.LoadAsync(endpoint, signals, keyValues, options.JoinRetention, clock, cancellationToken);
            var before = _join.Progress;
            await _join.CatchUpAsync(cancellationToken);
            var tags = new TagList { { "endpoint", endpoint } };
            MonitoringMetrics.Labels.Add(_join.Progress.LabelsNext - before.LabelsNext, tags);
            MonitoringMetrics.Outcomes.Add(_join.Progress.Outcomes - before.Outcomes, tags);
        }
        catch
        {
            _join = null; // A step may be half done: loading finds what it had written.
            throw;
        }
    }

    private async Task<IReadOnlyList<ActiveMonitor>> MonitorsAsync(CancellationToken cancellationToken)
    {
        var monitors = new List<ActiveMonitor>();
        for (string? next = null; ;)
        {
            var page = await workspaces.ListAsync(new(PageRequest.MaxLimit, next), cancellationToken);
            foreach (var workspace in page.Items)
            {
                var caller = Caller.System("monitoring", workspace.Name);
                var declared = await resources.ListAsync<MonitorSpec>(caller, AssetKind.Monitor, cancellationToken);
                monitors.AddRange(declared.Where(m => m.Spec.Endpoint == endpoint).Select(m => new ActiveMonitor(caller, m.Version, m.Spec)));
            }

            if ((next = page.Next) is null)
                return monitors;
        }
    }
}

/// <summary>Makes the watches of endpoints; they load their state at the first call.</summary>
internal sealed class EndpointWatchFactory(
    ISignalLog signals, IKeyValueStore keyValues, IResources resources, IWorkspaces workspaces, MonitorRun run, AlertAnnouncer announcer,
    IOptions<MonitoringOptions> options, TimeProvider clock) : IOwnerFactory<EndpointWatch>
{
    public Task<EndpointWatch> CreateAsync(string key, CancellationToken cancellationToken) =>
        Task.FromResult(new EndpointWatch(key, signals, keyValues, resources, workspaces, run, announcer, options.Value, clock));
}
