using Orrery.Monitoring.Drift;
using Orrery.Monitoring.Performance;

namespace Orrery.Monitoring.Windows;

/// <summary>How far a window is.</summary>
public enum WindowState
{
    /// <summary>Predictions still come.</summary>
    Open,
    /// <summary>All predictions came and are compared; labels still come.</summary>
    Closed,
    /// <summary>Labels are waited for no more; the predictions are judged.</summary>
    Settled,
}

/// <summary>Which window of a monitor.</summary>
/// <param name="Start">When it began.</param>
/// <param name="Version">The model version's number.</param>
/// <param name="Arm"><c>champion</c> or <c>challenger</c>.</param>
public readonly record struct WindowKey(DateTimeOffset Start, int Version, string Arm)
{
    /// <summary>The arm that answers.</summary>
    public const string Champion = "champion";
}

/// <summary>
/// What one model version did in one span of event time. Where the champion changed inside a span, each version has a window of its own, compared with its own
/// reference. The champion's holds the predictions that callers got; a challenger's all that it scored.
/// </summary>
/// <param name="Start">When it began.</param>
/// <param name="End">When it ended; not part of it.</param>
/// <param name="Version">The model version's number.</param>
/// <param name="Arm"><c>champion</c> or <c>challenger</c>.</param>
/// <param name="State">How far it is.</param>
/// <param name="Predictions">Predictions in it.</param>
/// <param name="Labels">Those of them whose label came in time.</param>
/// <param name="LateLabels">Those whose label came too late to be judged.</param>
/// <param name="Drift">How its inputs and scores compare with the reference; null while it is open and for challengers.</param>
/// <param name="Performance">How its predictions turned out; null until it is settled.</param>
public sealed record MonitorWindow(
    DateTimeOffset Start, DateTimeOffset End, int Version, string Arm, WindowState State, long Predictions, long Labels, long LateLabels, WindowDrift? Drift,
    WindowPerformance? Performance)
{
    /// <summary>Which one it is.</summary>
    public WindowKey Key => new(Start, Version, Arm);
}

/// <summary>Which windows are wanted; null leaves a condition out.</summary>
/// <param name="Arm">By default the champion's.</param>
/// <param name="From">Windows that end after this.</param>
/// <param name="To">Windows that begin before this.</param>
public sealed record WindowQuery(string? Arm = WindowKey.Champion, DateTimeOffset? From = null, DateTimeOffset? To = null);
