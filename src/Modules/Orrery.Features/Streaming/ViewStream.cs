using Orrery.Features.Online;
using Orrery.Features.Views;
using Orrery.Features.Windows;
using Orrery.Platform.KeyValues;

namespace Orrery.Features.Streaming;

/// <summary>
/// The live state of one view: the buckets that are still in a window or wait for their tick, and the watermark. The store holds the same; memory follows
/// it after each write that succeeded, so a write that failed leaves both as they were. Not thread-safe: it lives behind its owner.
/// </summary>
internal sealed class ViewStream
{
    private readonly IKeyValueSpace _space;
    private readonly string _workspace;
    private readonly byte[] _prefix;
    private readonly Dictionary<byte[], EntityTimeline> _entities = new(EntityBytes.Instance);

    // Who has a bucket at a tick: an advance looks at these alone, not at all entities.
    private readonly SortedDictionary<long, HashSet<byte[]>> _byTick = [];
    private readonly WindowFold _fold;
    private readonly PushMemory _pushes;

    private ViewStream(FeatureViewPlan plan, IKeyValueSpace space, string workspace)
    {
        Plan = plan;
        _space = space;
        _workspace = workspace;
        _prefix = EntityKey.Prefix(workspace, plan);
        _fold = new(plan);
        _pushes = new(_prefix);
    }

    public FeatureViewPlan Plan { get; }

    /// <summary>The tick that the online features are computed for; null before the first.</summary>
    public long? Watermark { get; private set; }

    /// <summary>Whether nothing was ever pushed or computed.</summary>
    public bool IsNew => Watermark is null && _byTick.Count == 0;

    /// <summary>The watermark as the store holds it, without loading the rest.</summary>
    public static long? ReadWatermark(FeatureViewPlan plan, IKeyValueSpace space, string workspace)
    {
        var row = ReadBuffer.Take();
        if (!space.TryGet(EntityKey.Watermark(EntityKey.Prefix(workspace, plan)), row))
            return null;
        PackedRow.Check(row.Written, 0);
        return PackedRow.Tick(row.Written);
    }

    /// <summary>The state as the store holds it.</summary>
    public static async Task<ViewStream> LoadAsync(FeatureViewPlan plan, IKeyValueSpace space, string workspace, CancellationToken cancellationToken)
    {
        var stream = new ViewStream(plan, space, workspace);
        stream.Watermark = ReadWatermark(plan, space, workspace);
        if (stream.Watermark is { } tick)
            FeaturesMetrics.Computed(workspace, plan, tick, 0);
        await stream._pushes.LoadAsync(space, cancellationToken);
        await foreach (var (key, value) in space.ScanAsync(EntityKey.Buckets(stream._prefix), cancellationToken: cancellationToken))
        {
            PackedRow.Check(value, plan.Slots.Count);
            PackedRow.Values(value, stream.Bucket(key[EntityKey.BucketOffset..], EntityKey.TickOf(key)));
        }

        return stream;
    }

    /// <summary>Takes events in; a push whose key is known is answered as it was the first time.</summary>
    public async Task<PushReceipt> PushAsync(IReadOnlyList<ViewEvent> events, string? key, CancellationToken cancellationToken)
    {
        var content = key is null ? default : PushMemory.ContentOf(events);
        if (key is not null && _pushes.Find(key, content) is { } before)
            return before;
        var touched = new Dictionary<(byte[] Entity, long Tick), double[]>(new BucketComparer());
        long late = 0, withoutEntity = 0;
        foreach (var one in events)
        {
            if (one.Entity is not { } entity)
            {
                withoutEntity++;
                continue;
            }

            var known = one.Known;
            if (Watermark is { } watermark && Plan.Clock.AtOrAfter(known) <= watermark)
            {
                // That tick is closed: whoever read it did not see this event. It became known just after it.
                known = (watermark * Plan.Clock.Microseconds) + 1;
                late++;
            }

            var tick = Plan.Clock.AtOrAfter(known);
            if (!touched.TryGetValue((entity, tick), out var bucket))
            {
                touched[(entity, tick)] = bucket = new double[Plan.Slots.Count];
                if (_entities.TryGetValue(entity, out var timeline) && timeline.Find(tick) is { IsEmpty: false } existing)
                    existing.CopyTo(bucket);
                else
                    Buckets.Clear(Plan, bucket);
            }

            Buckets.Add(Plan, bucket, one.Values, known);
        }

        var batch = new KeyValueBatch();
        foreach (var ((entity, tick), bucket) in touched)
            batch.Put(EntityKey.Bucket(_prefix, tick, entity), PackedRow.Write(tick, bucket));
        var receipt = new PushReceipt(Plan.Name, events.Count - withoutEntity, late, withoutEntity);
        var push = key is null ? null : new KnownPush(key, content, receipt);
        if (push is not null)
            _pushes.Put(batch, push);
        if (batch.Entries.Count > 0)
            await _space.WriteAsync(batch, Durability.Durable, cancellationToken);
        if (push is not null)
            _pushes.Remember(push);
        foreach (var ((entity, tick), bucket) in touched)
            bucket.CopyTo(Bucket(entity, tick));
        FeaturesMetrics.Pushed(_workspace, receipt);
        return receipt;
    }

    /// <summary>Goes on to <paramref name="tick"/>; returns how many entities changed.</summary>
    public async Task<long> AdvanceAsync(long tick, CancellationToken cancellationToken)
    {
        if (Watermark is { } watermark && tick <= watermark)
            return 0;
        var batch = new KeyValueBatch();
        var features = new double[Plan.Features.Count];
        long updated = 0;
        foreach (var entity in ChangedIn(Watermark ?? long.MinValue, tick))
        {
            var timeline = _entities[entity];
            if (timeline.LastChange(tick) is not { } change || change <= Watermark)
                continue;
            _fold.At(timeline, change, features);
            batch.Put(EntityKey.Online(_prefix, entity), PackedRow.Write(change, features));
            updated++;
        }

        var gone = _byTick.TakeWhile(t => t.Key <= tick - Plan.LongestWindow).ToList();
        foreach (var (old, entities) in gone)
        {
            foreach (var entity in entities)
                batch.Delete(EntityKey.Bucket(_prefix, old, entity));
        }

        batch.Put(EntityKey.Watermark(_prefix), PackedRow.Write(tick, []));
        await _space.WriteAsync(batch, Durability.Durable, cancellationToken);
        Watermark = tick;
        foreach (var (old, _) in gone)
            Forget(old);
        FeaturesMetrics.Computed(_workspace, Plan, tick, updated);
        return updated;
    }

    /// <summary>Replaces all that counts at <paramref name="tick"/> or before by other buckets, and goes on to there.</summary>
    /// <param name="tick">After the watermark.</param>
    /// <param name="buckets">The buckets at this tick and before that still matter.</param>
    /// <param name="cancellationToken">Cancels the write; nothing has changed then.</param>
    public async Task<long> RestartAsync(long tick, IReadOnlyDictionary<byte[], EntityTimeline> buckets, CancellationToken cancellationToken)
    {
        var batch = new KeyValueBatch();
        foreach (var (old, entities) in _byTick.TakeWhile(t => t.Key <= tick))
        {
            foreach (var entity in entities)
                batch.Delete(EntityKey.Bucket(_prefix, old, entity));
        }

        var features = new double[Plan.Features.Count];
        var stored = await StoredTicksAsync([.. buckets.Keys], cancellationToken);
        long updated = 0;
        foreach (var (entity, timeline) in buckets)
        {
            // A row that the stream wrote for an event that the dataset lacks may be newer; an older tick never overwrites a newer one.
            if (timeline.LastChange(tick) is { } change && !(change < stored[entity]))
            {
                _fold.At(timeline, change, features);
                batch.Put(EntityKey.Online(_prefix, entity), PackedRow.Write(change, features));
                updated++;
            }

            timeline.ForgetThrough(tick - Plan.LongestWindow);
            for (var i = 0; i < timeline.Ticks.Length; i++)
                batch.Put(EntityKey.Bucket(_prefix, timeline.Ticks[i], entity), PackedRow.Write(timeline.Ticks[i], timeline[i]));
        }

        batch.Put(EntityKey.Watermark(_prefix), PackedRow.Write(tick, []));
        await _space.WriteAsync(batch, Durability.Durable, cancellationToken);

        Watermark = tick;
        foreach (var old in _byTick.Keys.TakeWhile(t => t <= tick).ToList())
            Forget(old);
        foreach (var (entity, timeline) in buckets)
        {
            for (var i = 0; i < timeline.Ticks.Length; i++)
                timeline[i].CopyTo(Bucket(entity, timeline.Ticks[i]));
        }

        FeaturesMetrics.Computed(_workspace, Plan, tick, updated);
        return updated;
    }

    private async Task<Dictionary<byte[], long?>> StoredTicksAsync(IReadOnlyList<byte[]> entities, CancellationToken cancellationToken)
    {
        var rows = await _space.GetManyAsync([.. entities.Select(e => new ReadOnlyMemory<byte>(EntityKey.Online(_prefix, e)))], cancellationToken);
        var ticks = new Dictionary<byte[], long?>(EntityBytes.Instance);
        for (var i = 0; i < entities.Count; i++)
            ticks[entities[i]] = rows[i] is { } row ? PackedRow.Tick(row) : null;
        return ticks;
    }

    // The entities of which a bucket entered or left a window in (after, until].
    private HashSet<byte[]> ChangedIn(long after, long until)
    {
        var changed = new HashSet<byte[]>(EntityBytes.Instance);
        foreach (var (tick, entities) in _byTick)
        {
            if (tick > until)
                break;
            if (tick > after || Plan.Windows.Any(w => tick + w > after && tick + w <= until))
                changed.UnionWith(entities);
        }

        return changed;
    }

    private Span<double> Bucket(byte[] entity, long tick)
    {
        if (!_entities.TryGetValue(entity, out var timeline))
            _entities[entity] = timeline = new(Plan);
        if (!_byTick.TryGetValue(tick, out var entities))
            _byTick[tick] = entities = new(EntityBytes.Instance);
        entities.Add(entity);
        return timeline.Ensure(tick);
    }

    // Ticks are forgotten oldest first, so what an entity has at that tick or before is only this bucket.
    private void Forget(long tick)
    {
        foreach (var entity in _byTick[tick])
        {
            var timeline = _entities[entity];
            timeline.ForgetThrough(tick);
            if (timeline.Ticks.IsEmpty)
                _entities.Remove(entity);
        }

        _byTick.Remove(tick);
    }

    private sealed class BucketComparer : IEqualityComparer<(byte[] Entity, long Tick)>
    {
        public bool Equals((byte[] Entity, long Tick) x, (byte[] Entity, long Tick) y) => x.Tick == y.Tick && EntityBytes.Instance.Equals(x.Entity, y.Entity);

        public int GetHashCode((byte[] Entity, long Tick) key) => HashCode.Combine(EntityBytes.Instance.GetHashCode(key.Entity), key.Tick);
    }
}
