using Orrery.Monitoring.Windows;

namespace Orrery.Web.Pages.Monitors;

/// <summary>One feature in one window.</summary>
public sealed record DriftCell(WindowKey Window, string Feature);
