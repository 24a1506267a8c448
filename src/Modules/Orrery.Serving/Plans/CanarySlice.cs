using System.IO.Hashing;
using System.Runtime.InteropServices;
using Orrery.Serving.Endpoints;

namespace Orrery.Serving.Plans;

/// <summary>
/// Which requests a canary gets: those whose key hashes below its share. The same key is always in or always out, so a caller does not
/// flip between versions, and a replay assigns as the original did; the salt differs between canaries, so that it is not always the same callers who try new versions.
/// </summary>
internal sealed class CanarySlice(string canaryId, Share share, bool shadow, GuardSpec guard, ArmCounters counters, Action<string, string> breached)
{
    private readonly long _salt = (long)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(canaryId.AsSpan()));
    private readonly TimeSpan _maxLatency = guard.MaxLatency ?? TimeSpan.FromMilliseconds(50);
    private int _stopped;

    public string CanaryId { get; } = canaryId;

    public Share Share { get; } = share;

    /// <summary>Whether the champion answers here too.</summary>
    public bool Shadow { get; } = shadow;

    public long SlowTicks { get; } =
        (long)((guard.MaxLatency ?? TimeSpan.FromMilliseconds(50)).TotalSeconds * System.Diagnostics.Stopwatch.Frequency);

    /// <summary>Whether the request of this key belongs to the canary. None does once a guard was broken.</summary>
    public bool Contains(ReadOnlySpan<char> key) => Volatile.Read(ref _stopped) == 0 && Position(key) < Share.Value;

    /// <summary>Looks at the challenger's counters after it scored; the first broken guard stops the slice at once and is told on.</summary>
    public void Watch()
    {
        if (Broken() is { } reason && Interlocked.Exchange(ref _stopped, 1) == 0)
            breached(CanaryId, reason);
    }

    // 53 bits make a double in [0, 1) without rounding up to 1.
    private double Position(ReadOnlySpan<char> key) => (XxHash3.HashToUInt64(MemoryMarshal.AsBytes(key), _salt) >> 11) * (1.0 / (1UL << 53));

    private string? Broken()
    {
        if (counters.NonFinite > 0)
            return "the challenger gave a score that is not finite";
        var requests = counters.Requests;
        if (requests < guard.MinRequests)
            return null;
        if (counters.Errors > guard.MaxErrorRate * requests)
            return FormattableString.Invariant($"the challenger failed on {counters.Errors} of {requests} requests; at most {guard.MaxErrorRate:P2} are allowed");
        if (counters.Slow > 0.01 * requests)
            return FormattableString.Invariant(
                $"{counters.Slow} of {requests} scorings of the challenger took longer than {_maxLatency.TotalMilliseconds} ms; at most 1 % may");
        return null;
    }
}
