using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Orrery.Gateway.Routes;

namespace Orrery.Gateway.Calls;

/// <summary>
/// In which order a route's targets are asked for one request: as declared, by weight, or the quickest first. Whoever is not first stands behind as a fallback in the order of
/// declaration. Latencies are this process's own, and forgotten with it.
/// </summary>
internal sealed class TargetOrder
{
    /// <summary>The share of a new latency in the mean: the last ten requests or so count.</summary>
    private const double Freshness = 0.2;

    private readonly ConcurrentDictionary<string, double> _latencies = new(StringComparer.Ordinal);
    private long _count;

    /// <param name="route">The route.</param>
    /// <param name="name">Its name.</param>
    /// <param name="stickiness">What is always sent to the same target, where the route is sticky: the user, else the caller.</param>
    public IReadOnlyList<TargetSpec> Of(RouteSpec route, string name, string stickiness)
    {
        var first = route.Balance switch
        {
            BalanceKind.Weighted => Weighted(route.Targets, Chance(route.Sticky ? $"{name}\n{stickiness}" : $"{name}\n{Interlocked.Increment(ref _count)}")),
            BalanceKind.LeastLatency => Quickest(route.Targets, name),
            _ => 0,
        };
        return first == 0 ? route.Targets : [route.Targets[first], .. route.Targets.Where((_, i) => i != first)];
    }

    /// <summary>A target began to answer after so long.</summary>
    public void Answered(string name, TargetSpec target, TimeSpan latency) =>
        _latencies.AddOrUpdate(Key(name, target), latency.TotalSeconds, (_, mean) => mean + Freshness * (latency.TotalSeconds - mean));

    /// <summary>A target failed: it counts as slow, and is tried again when the others are slower.</summary>
    public void Failed(string name, TargetSpec target, TimeSpan patience) => Answered(name, target, patience);

    /// <summary>Targets that were never asked come first, in their order: nothing is known of them.</summary>
    private int Quickest(IReadOnlyList<TargetSpec> targets, string name) =>
        Enumerable.Range(0, targets.Count).OrderBy(i => _latencies.GetValueOrDefault(Key(name, targets[i]))).ThenBy(i => i).First();

    private static int Weighted(IReadOnlyList<TargetSpec> targets, double chance)
    {
        var left = chance * targets.Sum(target => target.Weight);
        for (var i = 0; i < targets.Count; i++)
        {
            if ((left -= targets[i].Weight) < 0)
                return i;
        }

        return targets.ToList().FindLastIndex(target => target.Weight > 0);
    }

    /// <summary>From 0 to 1 by a hash: spread as by dice, and the same for the same key on every server.</summary>
    private static double Chance(string key) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(key))) / (ulong.MaxValue + 1.0);

    private static string Key(string name, TargetSpec target) => $"{name}\n{target.Provider}\n{target.Url}\n{target.Model}";
}
