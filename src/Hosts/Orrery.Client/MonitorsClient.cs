using System.Globalization;
using Orrery.Kernel;

namespace Orrery.Client;

/// <summary>How a monitor stands.</summary>
public sealed record MonitorStatus(
    string Name, int Version, [property: Words("waiting", "healthy", "drifting", "degraded")] string Health, DateTimeOffset? Watermark, long Late, long Future,
    JoinStatus Join, int OpenAlerts);

/// <summary>Something that a monitor found.</summary>
public sealed record MonitorAlert(
    string Id, string Monitor, string Endpoint, [property: Words("drift", "performance")] string Kind, string Measure, double Value, double Threshold, string Message,
    int Version, DateTimeOffset WindowStart, DateTimeOffset WindowEnd, DateTimeOffset Time, DateTimeOffset RaisedAt, Acknowledgement? Acknowledgement);

/// <summary>Somebody has seen an alert.</summary>
public sealed record Acknowledgement(string Actor, DateTimeOffset At, string? Note);

/// <summary>How far the labels of an endpoint are joined to its predictions.</summary>
public sealed record JoinStatus(
    string Endpoint, long Predictions, long Labels, long Outcomes, long RepeatedPredictions, long RepeatedLabels, long CorrectedLabels, long InvalidLabels,
    long ExpiredLabels, long ExpiredPredictions);

/// <summary>Monitors and alerts.</summary>
public sealed class MonitorsClient
{
    private readonly OrreryClient _client;

    internal MonitorsClient(OrreryClient client) => _client = client;

    /// <summary>All monitors of the workspace.</summary>
    public Task<IReadOnlyList<MonitorStatus>> ListAsync(CancellationToken cancellationToken = default) =>
        _client.GetAsync<IReadOnlyList<MonitorStatus>>("/api/v1/monitors", cancellationToken);

    /// <summary>How a monitor stands.</summary>
    public Task<MonitorStatus> GetAsync(string monitor, CancellationToken cancellationToken = default) =>
        _client.GetAsync<MonitorStatus>($"/api/v1/monitors/{Uri.EscapeDataString(monitor)}", cancellationToken);

    /// <summary>Alerts, newest first; of one monitor, or of all.</summary>
    public Task<Page<MonitorAlert>> AlertsAsync(string? monitor = null, int limit = 100, CancellationToken cancellationToken = default) =>
        _client.GetAsync<Page<MonitorAlert>>(Query.Of("/api/v1/alerts", ("monitor", monitor), ("limit", limit.ToString(CultureInfo.InvariantCulture))), cancellationToken);

    /// <summary>Joins all that is there now and brings the endpoint's monitors up to it; returns when that is done.</summary>
    public Task<JoinStatus> CatchUpAsync(string endpoint, CancellationToken cancellationToken = default) =>
        _client.PostAsync<JoinStatus>($"/api/v1/endpoints/{Uri.EscapeDataString(endpoint)}/catch-up", new { }, cancellationToken);
}
