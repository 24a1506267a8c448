namespace Orrery.Tests;

/// <summary>The system's time, and some more: leases of a process that died have run out.</summary>
internal sealed class LaterTime(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
}
