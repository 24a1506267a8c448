namespace Orrery.Client.Tracking;

/// <summary>How a run is tracked.</summary>
public sealed record TrackingOptions
{
    /// <summary>How long logged points wait for others before they are sent.</summary>
    public TimeSpan FlushEvery { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Points that may wait; whoever logs more waits with them, so that a slow server costs time and not memory.</summary>
    public int MaxPending { get; init; } = 100_000;

    /// <summary>How often this machine's processor, memory, disk, network and GPUs are sampled into metrics below <c>system/</c>; null: never.</summary>
    public TimeSpan? SystemMetricsEvery { get; init; }

    /// <summary>
    /// The folder whose code the run keeps: what differs from its commit, and its lock files, as artifacts below <c>environment/</c>. By default where the program was started; null keeps
    /// none.
    /// </summary>
    public string? CodeFolder { get; init; } = Environment.CurrentDirectory;

    /// <summary>The clock of points without a time.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
