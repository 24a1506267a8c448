using Orrery.Ledger.Assets;
using Orrery.Monitoring.Monitors;
using Orrery.Platform.Access;

namespace Orrery.Monitoring.Windows;

/// <summary>A monitor in force.</summary>
/// <param name="Caller">The module itself, in the monitor's workspace.</param>
/// <param name="Version">The version of its declaration.</param>
/// <param name="Spec">Its declaration.</param>
internal sealed record ActiveMonitor(Caller Caller, AssetVersion Version, MonitorSpec Spec)
{
    public string Name => Version.Name;

    public long WindowLength => (long)Spec.WindowLength.TotalMicroseconds;

    public long LabelWait => (long)Spec.LabelWait.TotalMicroseconds;

    /// <summary>No prediction before this is waited for.</summary>
    public long WatermarkAt(long newest) => newest - (long)Spec.AllowedLateness.TotalMicroseconds;
}
