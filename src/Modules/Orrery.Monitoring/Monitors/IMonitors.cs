using Orrery.Kernel;
using Orrery.Monitoring.Alerts;
using Orrery.Monitoring.Drift;
using Orrery.Monitoring.Windows;
using Orrery.Platform.Access;

namespace Orrery.Monitoring.Monitors;

/// <summary>What the monitors of a workspace found. Thread-safe.</summary>
public interface IMonitors
{
    /// <summary>All monitors of the workspace, by name.</summary>
    Task<IReadOnlyList<MonitorStatus>> ListAsync(Caller caller, CancellationToken cancellationToken = default);

    /// <summary>How a monitor stands.</summary>
    /// <exception cref="NotFoundException">There is none of that name.</exception>
    Task<MonitorStatus> StatusAsync(Caller caller, string monitor, CancellationToken cancellationToken = default);

    /// <summary>A monitor's windows, newest first, without histograms.</summary>
    Task<Page<MonitorWindow>> WindowsAsync(Caller caller, string monitor, WindowQuery query, PageRequest page, CancellationToken cancellationToken = default);

    /// <summary>The histograms of one window beside the reference's; empty where it was not compared.</summary>
    /// <exception cref="NotFoundException">There is no such window.</exception>
    Task<IReadOnlyList<FeatureHistogram>> HistogramsAsync(Caller caller, string monitor, WindowKey window, CancellationToken cancellationToken = default);

    /// <summary>Alerts of the workspace's monitors, newest first.</summary>
    Task<Page<MonitorAlert>> AlertsAsync(Caller caller, AlertQuery query, PageRequest page, CancellationToken cancellationToken = default);

    /// <summary>Somebody has seen an alert and says so; an alert that is acknowledged already stays as it is.</summary>
    /// <exception cref="NotFoundException">There is no such alert.</exception>
    Task<MonitorAlert> AcknowledgeAsync(Caller caller, string alert, string? note = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Joins all labels and predictions of an endpoint that are in their streams now and brings all its monitors up to them; returns when that is done. A server does this
    /// by itself a moment after anything came; who needs the result at once, a replay for instance, calls it.
    /// </summary>
    Task<JoinStatus> CatchUpAsync(Caller caller, string endpoint, CancellationToken cancellationToken = default);
}

/// <summary>How a monitor stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">The version of its declaration.</param>
/// <param name="Spec">Its declaration.</param>
/// <param name="Health">In a word.</param>
/// <param name="Watermark">No prediction before this instant is waited for; null before the first.</param>
/// <param name="Late">Predictions that came after their window was closed; they are in none.</param>
/// <param name="Future">Predictions from more than a day ahead of the server's clock; they are in no window.</param>
/// <param name="Join">How far labels are joined.</param>
/// <param name="Last">The newest closed window of the version that answers; null before the first.</param>
/// <param name="OpenAlerts">Alerts that nobody acknowledged yet.</param>
public sealed record MonitorStatus(
    string Name, int Version, MonitorSpec Spec, MonitorHealth Health, DateTimeOffset? Watermark, long Late, long Future, JoinStatus Join, MonitorWindow? Last,
    int OpenAlerts);

/// <summary>How a monitor stands, in a word.</summary>
public enum MonitorHealth
{
    /// <summary>No window was closed yet.</summary>
    Waiting,
    /// <summary>Nothing was found in the newest windows.</summary>
    Healthy,
    /// <summary>Inputs or scores drifted in the newest window.</summary>
    Drifting,
    /// <summary>A metric broke a rule in the newest window whose labels came.</summary>
    Degraded,
}

/// <summary>How far the labels of an endpoint are joined to its predictions.</summary>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Predictions">Prediction records read.</param>
/// <param name="Labels">Label records read.</param>
/// <param name="Outcomes">Outcomes written: a prediction record and its label.</param>
/// <param name="RepeatedPredictions">Prediction records whose id and arm were there already; the first one counts.</param>
/// <param name="RepeatedLabels">Labels that say again what was known.</param>
/// <param name="CorrectedLabels">Labels that contradict the first one of their id; the first one counts.</param>
/// <param name="InvalidLabels">Labels without a finite value.</param>
/// <param name="ExpiredLabels">Labels whose prediction never came.</param>
/// <param name="ExpiredPredictions">Prediction records whose label never came.</param>
public sealed record JoinStatus(
    string Endpoint, long Predictions, long Labels, long Outcomes, long RepeatedPredictions, long RepeatedLabels, long CorrectedLabels, long InvalidLabels,
    long ExpiredLabels, long ExpiredPredictions);
