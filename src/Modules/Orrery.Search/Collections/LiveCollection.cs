using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Ownership;
using Orrery.Search.Filters;
using Orrery.Search.Points;
using Orrery.Search.Queries;
using Orrery.Search.Shards;
using Orrery.Search.Vectors;

namespace Orrery.Search.Collections;

/// <summary>A collection whose points are in memory.</summary>
internal sealed class LiveCollection(
    CollectionRecord record, Shard shard, string key, IOwners<Shard> shards, CollectionKeeping keeping, CollectionDirectory directory, TimeProvider clock) : ICollection
{
    private volatile CollectionRecord _record = record;
    private volatile RateLimits _limits = new(record.Config.Strict, clock);

    /// <summary>What the catalogue says of it.</summary>
    public CollectionRecord Record => _record;

    public Shard Shard => shard;

    public string Name => _record.Name;

    public CollectionConfig Config => _record.Config;

    public DateTimeOffset CreatedAt => _record.CreatedAt;

    private ShardView View => shard.View;

    /// <summary>Takes what a change made of it. Rates are counted anew.</summary>
    public void Take(CollectionRecord changed)
    {
        _record = changed;
        _limits = new(changed.Config.Strict, clock);
    }

    public CollectionState State()
    {
        using var reading = View.Reading();
        return new(
            View.Count,
            View.Columns.Values.Sum(column => column is DenseColumn dense ? (long)dense.IndexedCount : column is SparseColumn ? column.Count : 0),
            View.IsIndexing,
            View.Bytes,
            Config.Fields.Keys.ToDictionary(path => path, path => (long)View.Fields.Get(PayloadPath.Parse(path)).Filled.Count),
            View.Columns.ToDictionary(column => column.Key, column => (long)column.Value.Count));
    }

    public async Task<UpdateReceipt> UpdateAsync(PointOperation operation, CancellationToken cancellationToken = default)
    {
        StrictChecks.Check(Config, operation, View);
        if (_limits is { CountsWrites: true } limits)
            limits.Write(Math.Max(1, Affected(operation)));
        // The turn ends when readers see the operation, not when it is durable: operations that wait for the disk at the same moment share a flush.
        var pending = await shards.CallAsync(key, (owner, _) => Task.FromResult(owner.Begin(operation)), cancellationToken);
        await pending.Durable;
        keeping.Optimize(shard);
        return new(pending.Number);
    }

    public IReadOnlyList<StoredPoint> Retrieve(IReadOnlyList<PointId> ids, Wanted wanted)
    {
        _limits.Read(() => ids.Count);
        using var reading = View.Reading();
        return [.. ids.Distinct().Where(id => View.TryFind(id, out _)).Select(id => PointReading.Read(View, View.TryFind(id, out var slot) ? slot : -1, wanted))];
    }

    public ScrollPage Scroll(Filter? filter, OrderBy? order, PointId? from, int limit, Wanted wanted)
    {
        StrictChecks.CheckRead(Config, filter, limit);
        _limits.Read(() => 1 + RateLimits.CostOf(filter));
        using var reading = View.Reading();
        var allowed = View.Find(filter);
        if (order is not null)
            return new([.. FieldOrder.Read(View, order, allowed, limit).Select(entry => PointReading.Read(View, entry.Slot, wanted) with { Order = entry.Value })], null);
        var ids = View.Ids.All();
        var start = from is { } first ? Array.BinarySearch(ids, first) : 0;
        var points = new List<StoredPoint>();
        for (var i = start < 0 ? ~start : start; i < ids.Length; i++)
        {
            if (!View.TryFind(ids[i], out var slot) || !allowed[slot])
                continue;
            if (points.Count == limit)
                return new(points, ids[i]);
            points.Add(PointReading.Read(View, slot, wanted));
        }

        return new(points, null);
    }

    public long Count(Filter? filter)
    {
        StrictChecks.CheckRead(Config, filter);
        _limits.Read(() => 1 + RateLimits.CostOf(filter));
        using var reading = View.Reading();
        return filter is null ? View.Count : View.Find(filter).Count;
    }

    public IReadOnlyList<FacetCount> Facet(PayloadPath path, Filter? filter, int limit)
    {
        StrictChecks.CheckRead(Config, filter, limit);
        _limits.Read(() => 1 + RateLimits.CostOf(filter));
        using var reading = View.Reading();
        var allowed = View.Find(filter);
        return
        [
            .. View.Fields.Get(path).Scalars.Select(value => new FacetCount(value.Key, filter is null ? value.Value.Count : value.Value.Count(slot => allowed[slot])))
                .Where(facet => facet.Count > 0)
                .OrderByDescending(facet => facet.Count).ThenBy(facet => facet.Value.Text, StringComparer.Ordinal).ThenBy(facet => facet.Value.Number)
                .Take(limit),
        ];
    }

    public async Task<IReadOnlyList<StoredPoint>> QueryAsync(Caller caller, QueryStage query, Wanted wanted, CancellationToken cancellationToken = default)
    {
        StrictChecks.Check(Config, query);
        _limits.Read(() => RateLimits.CostOf(query));
        var lookup = await LookupAsync(caller, query, cancellationToken);
        using var reading = View.Reading();
        return Read(new QueryRun(View, lookup).Run(query), wanted);
    }

    public async Task<IReadOnlyList<PointGroup>> QueryGroupsAsync(
        Caller caller, QueryStage query, Grouping grouping, Wanted wanted, CancellationToken cancellationToken = default)
    {
        StrictChecks.CheckGrouping(Config, grouping.By);
        StrictChecks.Check(Config, query, grouping.GroupSize);
        _limits.Read(() => RateLimits.CostOf(query));
        var lookup = await LookupAsync(caller, query, cancellationToken);
        using var reading = View.Reading();
        return new GroupedRun(View, lookup).Run(query, grouping, wanted);
    }

    public IReadOnlyList<MatrixRow> Matrix(string vector, Filter? filter, int sample, int nearest)
    {
        StrictChecks.CheckRead(Config, filter, (int)Math.Min((long)sample * nearest, int.MaxValue));
        _limits.Read(() => sample + RateLimits.CostOf(filter));
        using var reading = View.Reading();
        return DistanceMatrix.Of(View, vector, filter, sample, nearest);
    }

    // How many points an operation is about.
    private int Affected(PointOperation operation)
    {
        var (ids, filter) = StrictChecks.PointsOf(operation);
        if (ids is { } count)
            return count;
        using var reading = View.Reading();
        return View.Find(filter).Count;
    }

    private List<StoredPoint> Read(StageResult result, Wanted wanted) => [.. result.Hits.Select(hit => PointReading.Read(View, hit.Slot, wanted) with
    {
        Score = hit.Score,
        Order = result.Order is { } order && order.TryGetValue(hit.Slot, out var value) ? value : null,
    })];

    // Other collections are opened, and read, before this one's lock is taken.
    private async Task<VectorLookup> LookupAsync(Caller caller, QueryStage query, CancellationToken cancellationToken)
    {
        var others = new Dictionary<string, ShardView>(StringComparer.Ordinal);
        foreach (var name in Lookups(query).Distinct())
        {
            if (!await directory.ExistsAsync(caller, name, cancellationToken))
                throw new NotFoundException($"Collection {name} not found");
            var other = await directory.OpenLiveAsync(caller, name, cancellationToken);
            if (other.Shard != shard)
                others.Add(name, other.View);
        }

        return new VectorLookup(Config, View, others).ReadOthers(query);
    }

    private static IEnumerable<string> Lookups(QueryStage stage) =>
        stage.Prefetch.SelectMany(Lookups).Concat(stage.Lookup is { } lookup ? [lookup.Collection] : []);
}
