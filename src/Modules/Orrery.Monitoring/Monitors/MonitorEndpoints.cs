using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Monitoring.Alerts;
using Orrery.Monitoring.Drift;
using Orrery.Monitoring.Windows;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Monitoring.Monitors;

/// <summary>What somebody says who has seen an alert.</summary>
public sealed record AcknowledgeRequest(string? Note = null);

internal static class MonitorEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapApi("Monitoring");
        var monitors = api.MapGroup("/monitors");
        monitors.MapGet("/", ListAsync).RequireRole(Role.Viewer).WithName("ListMonitors").WithSummary("All monitors and how they stand, by name.");
        monitors.MapGet("/{monitor}", GetAsync).RequireRole(Role.Viewer).WithName("GetMonitor").WithSummary("How a monitor stands.");
        monitors.MapGet("/{monitor}/windows", WindowsAsync).RequireRole(Role.Viewer).WithName("ListMonitorWindows")
            .WithSummary("A monitor's windows with drift and performance, newest first.");
        monitors.MapGet("/{monitor}/windows/{start}/{version:int}/{arm}/histograms", HistogramsAsync).RequireRole(Role.Viewer).WithName("GetMonitorHistograms")
            .WithSummary("The features of a window beside the reference, by bin or category.");

        var alerts = api.MapGroup("/alerts");
        alerts.MapGet("/", AlertsAsync).RequireRole(Role.Viewer).WithName("ListAlerts").WithSummary("Alerts of monitors, newest first.");
        alerts.MapPost("/{alert}/acknowledge", AcknowledgeAsync).RequireRole(Role.Editor).WithName("AcknowledgeAlert")
            .WithSummary("Says that somebody has seen an alert.");

        api.MapPost("/endpoints/{endpoint}/catch-up", CatchUpAsync).RequireRole(Role.Editor).WithName("CatchUpEndpoint")
            .WithSummary("Joins all labels that came, and brings the endpoint's monitors up to them at once.");
    }

    private static Task<IReadOnlyList<MonitorStatus>> ListAsync(HttpContext http, IMonitors monitors, CancellationToken cancellationToken) =>
        monitors.ListAsync(http.Caller(), cancellationToken);

    private static Task<MonitorStatus> GetAsync(string monitor, HttpContext http, IMonitors monitors, CancellationToken cancellationToken) =>
        monitors.StatusAsync(http.Caller(), monitor, cancellationToken);

    private static Task<Page<MonitorWindow>> WindowsAsync(
        string monitor, HttpContext http, IMonitors monitors, [AsParameters] PageQuery page, CancellationToken cancellationToken, string? arm = WindowKey.Champion,
        DateTimeOffset? from = null, DateTimeOffset? to = null) =>
        monitors.WindowsAsync(http.Caller(), monitor, new(arm, from, to), page.ToRequest(), cancellationToken);

    private static Task<IReadOnlyList<FeatureHistogram>> HistogramsAsync(
        string monitor, DateTimeOffset start, int version, string arm, HttpContext http, IMonitors monitors, CancellationToken cancellationToken) =>
        monitors.HistogramsAsync(http.Caller(), monitor, new(start, version, arm), cancellationToken);

    private static Task<Page<MonitorAlert>> AlertsAsync(
        HttpContext http, IMonitors monitors, [AsParameters] PageQuery page, CancellationToken cancellationToken, string? monitor = null, string? endpoint = null,
        bool? acknowledged = null) =>
        monitors.AlertsAsync(http.Caller(), new(monitor, endpoint, acknowledged), page.ToRequest(), cancellationToken);

    private static Task<MonitorAlert> AcknowledgeAsync(
        string alert, AcknowledgeRequest request, HttpContext http, IMonitors monitors, CancellationToken cancellationToken) =>
        monitors.AcknowledgeAsync(http.Caller(), alert, request.Note, cancellationToken);

    private static Task<JoinStatus> CatchUpAsync(string endpoint, HttpContext http, IMonitors monitors, CancellationToken cancellationToken) =>
        monitors.CatchUpAsync(http.Caller(), endpoint, cancellationToken);
}
