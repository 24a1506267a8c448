using Orrery.Kernel;

namespace Orrery.Monitoring.Monitors;

/// <summary>What is watched of an endpoint, and when it alerts (<c>kind: Monitor</c>). Everything but the endpoint has a default.</summary>
/// <param name="Endpoint">The endpoint whose predictions and labels are read.</param>
/// <param name="Reference">
/// The dataset that windows are compared with, as <c>dataset/flights-training:3</c>. By default the training set of the model version that answered.
/// </param>
/// <param name="Window">How long a window is, in event time: 1m to 366d. Windows of whole weeks begin on Mondays at 00:00 UTC. Default 24h.</param>
/// <param name="Lateness">How much later than others a prediction may be written and still belong to its window. Default 0s.</param>
/// <param name="Drift">How the inputs and the score are compared with the reference.</param>
/// <param name="Performance">How predictions are judged by their labels.</param>
/// <param name="Labels">How long a window waits for labels.</param>
/// <param name="Alerts">When a finding becomes an alert.</param>
public sealed record MonitorSpec(
    string Endpoint, AssetRef? Reference = null, TimeSpan? Window = null, TimeSpan? Lateness = null, DriftSpec? Drift = null,
    PerformanceSpec? Performance = null, LabelsSpec? Labels = null, AlertsSpec? Alerts = null)
{
    internal TimeSpan WindowLength => Window ?? TimeSpan.FromDays(1);

    internal TimeSpan AllowedLateness => Lateness ?? TimeSpan.Zero;

    internal DriftSpec DriftRules => Drift ?? new();

    internal PerformanceSpec PerformanceRules => Performance ?? new();

    internal TimeSpan LabelWait => (Labels ?? new()).Wait ?? TimeSpan.FromDays(1);

    internal AlertsSpec AlertRules => Alerts ?? new();
}

/// <summary>How long a window waits for labels.</summary>
/// <param name="Wait">
/// After the window's end, in event time: labels that became known later are counted but judged no more. 0s to 366d, default 24h.
/// </param>
public sealed record LabelsSpec(TimeSpan? Wait = null);

/// <summary>When a finding becomes an alert.</summary>
/// <param name="Consecutive">In how many judged windows in a row it must be found, 1 to 100. Default 1.</param>
/// <param name="Cooldown">For how long after an alert the same finding raises none, in event time. Default 0s: every such window alerts.</param>
public sealed record AlertsSpec(int Consecutive = 1, TimeSpan? Cooldown = null)
{
    internal TimeSpan CooldownTime => Cooldown ?? TimeSpan.Zero;
}
