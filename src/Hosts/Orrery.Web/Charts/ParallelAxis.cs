namespace Orrery.Web.Charts;

/// <summary>An axis of a picture with parallel coordinates.</summary>
/// <param name="Name">Above it.</param>
/// <param name="Ticks">Labels at places from 0 to 1.</param>
public sealed record ParallelAxis(string Name, IReadOnlyList<(double At, string Label)> Ticks);

/// <summary>A line over all axes.</summary>
/// <param name="Places">One an axis, 0 to 1; null where it has none.</param>
/// <param name="Text">What is said of it.</param>
/// <param name="Mark">How it is to be felt.</param>
public sealed record ParallelLine(IReadOnlyList<double?> Places, string Text, ScatterMark Mark);
