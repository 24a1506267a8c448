using DuckDB.NET.Data;
using Orrery.Features.Online;
using Orrery.Features.Streaming;
using Orrery.Features.Views;
using Orrery.Features.Windows;

namespace Orrery.Features.Offline;

/// <summary>Reads from a source the buckets that the stream goes on from.</summary>
internal static class RecentBuckets
{
    /// <summary>The tick to start at, and each entity's buckets up to it that still matter; no tick where there is nothing to do.</summary>
    /// <param name="session">Where to compute.</param>
    /// <param name="plan">The view.</param>
    /// <param name="source">Its events.</param>
    /// <param name="until">The tick wanted; the source's last where it is null.</param>
    /// <param name="watermark">The tick that is reached already.</param>
    /// <param name="cancellationToken">Cancels it between two rows.</param>
    public static (long? Tick, Dictionary<byte[], EntityTimeline> Buckets) Read(
        DuckDBConnection session, FeatureViewPlan plan, ViewSource source, long? until, long? watermark, CancellationToken cancellationToken)
    {
        var buckets = new Dictionary<byte[], EntityTimeline>(EntityBytes.Instance);
        var tick = until ?? LastTick(session, plan, source);
        if (tick is not { } reached || reached <= watermark)
            return (null, buckets);
        using var reader = new BucketReader(session, plan, BucketQuery.Recent(plan, source, reached));
        EntityTimeline timeline = null!; // the first row begins an entity
        while (reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (reader.IsNewEntity)
                buckets[EntityKey.Of(reader.Entity)] = timeline = new(plan);
            reader.CopyTo(timeline.Ensure(reader.Tick));
        }

        return (reached, buckets);
    }

    private static long? LastTick(DuckDBConnection session, FeatureViewPlan plan, ViewSource source)
    {
        using var command = session.CreateCommand();
        command.CommandText = BucketQuery.LastTick(plan, source);
        return command.ExecuteScalar() as long?;
    }
}
