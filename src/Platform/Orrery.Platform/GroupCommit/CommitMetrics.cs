using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Orrery.Platform.GroupCommit;

/// <summary>What group commit tells a metrics collector: meter <c>Orrery.Platform</c>. All by store: database, keyvalues or signals.</summary>
internal static class CommitMetrics
{
    public const string MeterName = "Orrery.Platform";

    private static readonly Meter Meter = new(MeterName);

    // How many writes wait is only known by asking; a store that closed is asked no more.
    private static readonly ConcurrentDictionary<object, (string Store, Func<int> Waiting)> Queues = new(ReferenceEqualityComparer.Instance);

    private static readonly Histogram<int> GroupSize =
        Meter.CreateHistogram<int>("orrery.commit.size", "{write}", "Writes that shared one flush to disk, by store.", advice: new()
        {
            HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
        });

    private static readonly Histogram<double> GroupTime =
        Meter.CreateHistogram<double>("orrery.commit.duration", "s", "Time to make a group of writes durable, by store.", advice: new()
        {
            HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2],
        });

    static CommitMetrics() => Meter.CreateObservableGauge("orrery.commit.waiting", Waiting, "{write}", "Writes that wait for their group, by store.");

    public static void Committed(string store, int writes, TimeSpan took)
    {
        var tag = new KeyValuePair<string, object?>("store", store);
        GroupSize.Record(writes, tag);
        GroupTime.Record(took.TotalSeconds, tag);
    }

    public static void Open(object queue, string store, Func<int> waiting) => Queues[queue] = (store, waiting);

    public static void Close(object queue) => Queues.TryRemove(queue, out _);

    private static IEnumerable<Measurement<int>> Waiting() => Queues.Values.GroupBy(queue => queue.Store, queue => queue.Waiting())
        .Select(store => new Measurement<int>(store.Sum(), new KeyValuePair<string, object?>("store", store.Key)));
}
