using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Search.Filters;
using Orrery.Search.Points;
using Orrery.Search.Queries;

namespace Orrery.Search.Collections;

/// <summary>
/// A collection as a token with a scope sees it: only the documents that its access list names are there, whatever a request asks for, in results, in counts, and as examples.
/// </summary>
internal sealed class ScopedCollection(ICollection collection, CollectionScope scope) : ICollection
{
    private readonly Filter? _documents = CollectionAccess.Documents(scope);

    public string Name => collection.Name;

    public CollectionConfig Config => collection.Config;

    public DateTimeOffset CreatedAt => collection.CreatedAt;

    public CollectionState State() => _documents is null ? collection.State() : collection.State() with { Points = collection.Count(_documents) };

    public Task<UpdateReceipt> UpdateAsync(PointOperation operation, CancellationToken cancellationToken = default)
    {
        if (scope.Access != ScopeAccess.Write)
            throw new OrreryException(ErrorCode.Forbidden, $"This token may read the collection '{Name}', not write to it.");
        // A change may be about documents that it does not see, and would tell of them by what it does.
        if (_documents is not null)
            throw new OrreryException(ErrorCode.Forbidden, $"This token sees some documents of '{Name}' alone, so it cannot write to it.");
        return collection.UpdateAsync(operation, cancellationToken);
    }

    public IReadOnlyList<StoredPoint> Retrieve(IReadOnlyList<PointId> ids, Wanted wanted) => collection.Retrieve(_documents is null ? ids : Seen(ids), wanted);

    public ScrollPage Scroll(Filter? filter, OrderBy? order, PointId? from, int limit, Wanted wanted) =>
        collection.Scroll(Filter.And(_documents, filter), order, from, limit, wanted);

    public long Count(Filter? filter) => collection.Count(Filter.And(_documents, filter));

    public IReadOnlyList<FacetCount> Facet(PayloadPath path, Filter? filter, int limit) => collection.Facet(path, Filter.And(_documents, filter), limit);

    public Task<IReadOnlyList<StoredPoint>> QueryAsync(Caller caller, QueryStage query, Wanted wanted, CancellationToken cancellationToken = default) =>
        collection.QueryAsync(caller, Restricted(query), wanted, cancellationToken);

    public Task<IReadOnlyList<PointGroup>> QueryGroupsAsync(Caller caller, QueryStage query, Grouping grouping, Wanted wanted, CancellationToken cancellationToken = default) =>
        collection.QueryGroupsAsync(caller, Restricted(query), grouping, wanted, cancellationToken);

    public IReadOnlyList<MatrixRow> Matrix(string vector, Filter? filter, int sample, int nearest) => collection.Matrix(vector, Filter.And(_documents, filter), sample, nearest);

    // The filter of the last stage holds of all below; examples are looked up past filters, so they are checked.
    private QueryStage Restricted(QueryStage query)
    {
        if (_documents is null)
            return query;
        var examples = Stages(query).SelectMany(stage => VectorLookup.Inputs(stage.Ranking)).OfType<PointVector>().Select(input => input.Id).Distinct().ToList();
        if (examples.Except(Seen(examples)).Select(id => (PointId?)id).FirstOrDefault() is { } hidden)
            throw new NotFoundException($"No point with id {hidden} found");
        return Within(query);
    }

    private QueryStage Within(QueryStage stage)
    {
        if (stage.Lookup is not null)
            throw new OrreryException(ErrorCode.Forbidden, $"This token sees some documents of '{Name}' alone, so it cannot take examples from another collection.");
        return stage with
        {
            Filter = Filter.And(_documents, stage.Filter),
            IdfCorpus = stage.IdfCorpus is null ? null : Filter.And(_documents, stage.IdfCorpus),
            Prefetch = [.. stage.Prefetch.Select(Within)],
        };
    }

    private IReadOnlyList<PointId> Seen(IReadOnlyList<PointId> ids)
    {
        if (ids.Count == 0)
            return ids;
        var seen = collection.Scroll(Filter.And(_documents, new() { Must = [new HasId(ids.ToHashSet())] }), null, null, ids.Count, Wanted.Nothing).Points.Select(point => point.Id).ToHashSet();
        return [.. ids.Where(seen.Contains)];
    }

    private static IEnumerable<QueryStage> Stages(QueryStage stage) => stage.Prefetch.SelectMany(Stages).Prepend(stage);
}
