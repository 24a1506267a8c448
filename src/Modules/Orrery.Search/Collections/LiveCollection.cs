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
    CollectionRecord record, IReadOnlyList<Shard> shards, IReadOnlyList<string> keys, IOwners<Shard> owners, CollectionKeeping keeping, CollectionDirectory directory, TimeProvider clock) : ICollection
{
    private readonly ShardViews _views = new([.. shards.Select(shard => shard.View)]);
    private volatile CollectionRecord _record = record;
    private volatile RateLimits _limits = new(record.Config.Strict, clock);

    /// <summary>What the catalogue says of it.</summary>
    public CollectionRecord Record => _record;

    /// <summary>Its shards.</summary>
    public IReadOnlyList<Shard> Shards => shards;

    /// <summary>Its points in memory.</summary>
    public ShardViews Views => _views;

    /// <summary>Whether a write failed, so that it must be opened anew.</summary>
    public bool Failed => shards.Any(shard => shard.Failed);

    public string Name => _record.Name;

    public CollectionConfig Config => _record.Config;

    public DateTimeOffset CreatedAt => _record.CreatedAt;

    /// <summary>Takes what a change made of it. Rates are counted anew.</summary>
    public void Take(CollectionRecord changed)
    {
        _record = changed;
        _limits = new(changed.Config.Strict, clock);
    }

    public CollectionState State()
    {
        using var reading = _views.Reading();
        var views = _views.Shards;
        return new(
            _views.Count,
            views.Sum(view => view.Columns.Values.Sum(column => column is DenseColumn dense ? (long)dense.IndexedCount : column is SparseColumn ? column.Count : 0)),
            views.Any(view => view.IsIndexing),
            views.Sum(view => view.Bytes),
            Config.Fields.Keys.ToDictionary(path => path, path => views.Sum(view => (long)view.Fields.Get(PayloadPath.Parse(path)).Filled.Count)),
            views[0].Columns.Keys.ToDictionary(name => name, name => views.Sum(view => (long)view.Columns[name].Count)),
            [.. views.Select(view => (long)view.Count)]);
    }

    public async Task<UpdateReceipt> UpdateAsync(PointOperation operation, CancellationToken cancellationToken = default)
    {
        StrictChecks.Check(Config, operation, _views);
        if (_limits is { CountsWrites: true } limits)
            limits.Write(Math.Max(1, Affected(operation)));
        // The turns end when readers see the operation, not when it is durable: operations that wait for the disk at the same moment share a flush.
        var parts = OperationRouting.Divide(operation, shards.Count);
        var pending = await owners.CallAllAsync(
            [.. parts.Select(part => keys[part.Shard])],
            // Planned whole before anything of it begins: what does not fit one shard changes none.
            (turn, _) => Task.FromResult(Shard.Begin([.. turn.Select((shard, number) => shard.Plan(parts[number].Part))])),
            cancellationToken);
        foreach (var part in pending)
            await part.Durable;
        foreach (var shard in shards)
            keeping.Optimize(shard);
        return new(pending.Max(part => part.Number));
    }

    public IReadOnlyList<StoredPoint> Retrieve(IReadOnlyList<PointId> ids, Wanted wanted)
    {
        _limits.Read(() => ids.Count);
        using var reading = _views.Reading();
        return [.. ids.Distinct().Where(id => _views.TryFind(id, out _)).Select(id => PointReading.Read(_views, _views.TryFind(id, out var place) ? place : -1, wanted))];
    }

    public ScrollPage Scroll(Filter? filter, OrderBy? order, PointId? from, int limit, Wanted wanted)
    {
        StrictChecks.CheckRead(Config, filter, limit);
        _limits.Read(() => 1 + RateLimits.CostOf(filter));
        using var reading = _views.Reading();
        if (order is not null)
            return new([.. FieldOrder.Read(_views, order, _views.Find(filter), limit).Select(entry => PointReading.Read(_views, entry.Place, wanted) with { Order = entry.Value })], null);
        var places = PointOrder.From(_views, from, filter is null ? null : _views.Find(filter)).Take(Math.Min(limit, int.MaxValue - 1) + 1).ToList();
        return new([.. places.Take(limit).Select(place => PointReading.Read(_views, place, wanted))], places.Count > limit ? _views.Id(places[limit]) : null);
    }

    public long Count(Filter? filter)
    {
        StrictChecks.CheckRead(Config, filter);
        _limits.Read(() => 1 + RateLimits.CostOf(filter));
        using var reading = _views.Reading();
        return filter is null ? _views.Count : _views.Find(filter).Count;
    }

    public IReadOnlyList<FacetCount> Facet(PayloadPath path, Filter? filter, int limit)
    {
        StrictChecks.CheckRead(Config, filter, limit);
        _limits.Read(() => 1 + RateLimits.CostOf(filter));
        using var reading = _views.Reading();
        var counts = new Dictionary<Scalar, long>();
        foreach (var view in _views.Shards)
        {
            var allowed = filter is null ? null : view.Find(filter);
            foreach (var (value, slots) in view.Fields.Get(path).Scalars)
                counts[value] = counts.GetValueOrDefault(value) + (allowed is null ? slots.Count : slots.Count(slot => allowed[slot]));
        }

        return
        [
            .. counts.Where(value => value.Value > 0).Select(value => new FacetCount(value.Key, value.Value))
                .OrderByDescending(facet => facet.Count).ThenBy(facet => facet.Value.Text, StringComparer.Ordinal).ThenBy(facet => facet.Value.Number)
                .Take(limit),
        ];
    }

    public async Task<IReadOnlyList<StoredPoint>> QueryAsync(Caller caller, QueryStage query, Wanted wanted, CancellationToken cancellationToken = default)
    {
        StrictChecks.Check(Config, query);
        _limits.Read(() => RateLimits.CostOf(query));
        var lookup = await LookupAsync(caller, query, cancellationToken);
        using var reading = _views.Reading();
        return Read(new QueryRun(_views, lookup).Run(query), wanted);
    }

    public async Task<IReadOnlyList<PointGroup>> QueryGroupsAsync(
        Caller caller, QueryStage query, Grouping grouping, Wanted wanted, CancellationToken cancellationToken = default)
    {
        StrictChecks.CheckGrouping(Config, grouping.By);
        StrictChecks.Check(Config, query, grouping.GroupSize);
        _limits.Read(() => RateLimits.CostOf(query));
        var lookup = await LookupAsync(caller, query, cancellationToken);
        using var reading = _views.Reading();
        return new GroupedRun(_views, lookup).Run(query, grouping, wanted);
    }

    public IReadOnlyList<MatrixRow> Matrix(string vector, Filter? filter, int sample, int nearest)
    {
        StrictChecks.CheckRead(Config, filter, (int)Math.Min((long)sample * nearest, int.MaxValue));
        _limits.Read(() => sample + RateLimits.CostOf(filter));
        using var reading = _views.Reading();
        return DistanceMatrix.Of(_views, vector, filter, sample, nearest);
    }

    // How many points an operation is about.
    private int Affected(PointOperation operation)
    {
        var (ids, filter) = StrictChecks.PointsOf(operation);
        if (ids is { } count)
            return count;
        using var reading = _views.Reading();
        return _views.Find(filter).Count;
    }

    private List<StoredPoint> Read(StageResult result, Wanted wanted) => [.. result.Hits.Select(hit => PointReading.Read(_views, hit.Slot, wanted) with
    {
        Score = hit.Score,
        Order = result.Order is { } order && order.TryGetValue(hit.Slot, out var value) ? value : null,
    })];

    // Other collections are opened, and read, before this one's lock is taken.
    private async Task<VectorLookup> LookupAsync(Caller caller, QueryStage query, CancellationToken cancellationToken)
    {
        var others = new Dictionary<string, ShardViews>(StringComparer.Ordinal);
        foreach (var name in Lookups(query).Distinct())
        {
            if (!await directory.ExistsAsync(caller, name, cancellationToken))
                throw new NotFoundException($"Collection {name} not found");
            var other = await directory.OpenLiveAsync(caller, name, cancellationToken);
            if (other.Views != _views)
                others.Add(name, other.Views);
        }

        return new VectorLookup(Config, _views, others).ReadOthers(query);
    }

    private static IEnumerable<string> Lookups(QueryStage stage) =>
        stage.Prefetch.SelectMany(Lookups).Concat(stage.Lookup is { } lookup ? [lookup.Collection] : []);
}
