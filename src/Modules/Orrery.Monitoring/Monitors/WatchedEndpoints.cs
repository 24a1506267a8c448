using System.Collections.Concurrent;
using Orrery.Platform.Signals;

namespace Orrery.Monitoring.Monitors;

/// <summary>
/// Which endpoints somebody wants to know about: those with a monitor, and those that labels came for, whose outcomes a canary may wait for. Of the others a
/// follower would keep every prediction for labels that never come, which takes processor time and disk from answering. Thread-safe.
/// </summary>
internal sealed class WatchedEndpoints(ISignalLog signals)
{
    private readonly ConcurrentDictionary<string, bool> _monitored = new(StringComparer.Ordinal);

    /// <summary>A monitor of the endpoint was declared.</summary>
    public void Monitor(string endpoint) => _monitored[endpoint] = true;

    /// <summary>Whether to follow it. What was not followed is caught up with from the prediction log once it is.</summary>
    public bool Contains(string endpoint) => _monitored.ContainsKey(endpoint) || signals.Find(LabelStream.Name(endpoint)) is { End: > 0 };
}
