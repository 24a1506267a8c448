using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Search.Filters;
using Orrery.Search.Points;
using Orrery.Search.Queries;

namespace Orrery.Search.Collections;

/// <summary>The collections of a workspace. Thread-safe; what a completed change did survives a crash.</summary>
public interface ICollections
{
    /// <summary>The names of all collections, in their order.</summary>
    Task<IReadOnlyList<string>> ListAsync(Caller caller, CancellationToken cancellationToken = default);

    /// <summary>What there is of each collection without opening any, in the order of their names.</summary>
    Task<IReadOnlyList<CollectionSummary>> SummariesAsync(Caller caller, CancellationToken cancellationToken = default);

    /// <summary>Whether a collection or an alias has that name.</summary>
    Task<bool> ExistsAsync(Caller caller, string name, CancellationToken cancellationToken = default);

    /// <summary>Makes a collection: an asset of kind collection, and its rows.</summary>
    /// <exception cref="ConflictException">There is one of that name.</exception>
    /// <exception cref="InvalidException">The name or the configuration cannot be.</exception>
    Task CreateAsync(Caller caller, string name, CollectionConfig config, CancellationToken cancellationToken = default);

    /// <summary>Changes what a collection is.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    Task UpdateAsync(Caller caller, string name, Func<CollectionConfig, CollectionConfig> change, CancellationToken cancellationToken = default);

    /// <summary>Removes a collection with all it holds, and its aliases. False where there was none.</summary>
    Task<bool> DeleteAsync(Caller caller, string name, CancellationToken cancellationToken = default);

    /// <summary>The aliases and what they point at, in their order.</summary>
    Task<IReadOnlyList<KeyValuePair<string, string>>> AliasesAsync(Caller caller, CancellationToken cancellationToken = default);

    /// <summary>Makes all changes of aliases at once, or none of them.</summary>
    Task ChangeAliasesAsync(Caller caller, IReadOnlyList<AliasChange> changes, CancellationToken cancellationToken = default);

    /// <summary>The collection that a name or an alias means, with its points; loads it at the first call.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    Task<ICollection> OpenAsync(Caller caller, string name, CancellationToken cancellationToken = default);
}

/// <summary>A collection, open or not.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Config">What it is.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Points">How many points it has; null where that is known only once it is opened, or is not for the caller to know.</param>
/// <param name="State">How it does, where it is open.</param>
public sealed record CollectionSummary(string Name, CollectionConfig Config, DateTimeOffset CreatedAt, long? Points, CollectionState? State);

/// <summary>A change of an alias.</summary>
/// <param name="Alias">The alias.</param>
/// <param name="Collection">What it is to point at; null where it goes or is renamed.</param>
/// <param name="RenamedTo">Its new name; null where it keeps it.</param>
public sealed record AliasChange(string Alias, string? Collection = null, string? RenamedTo = null);

/// <summary>
/// The points of one collection. Thread-safe: reads run beside each other and beside writes, and see each operation whole, whichever shards it touches. They are computed on the calling thread.
/// </summary>
public interface ICollection
{
    /// <summary>Its own name, also where it was opened by an alias.</summary>
    string Name { get; }

    /// <summary>What it is.</summary>
    CollectionConfig Config { get; }

    /// <summary>When it was made.</summary>
    DateTimeOffset CreatedAt { get; }

    /// <summary>How large it is and how it does.</summary>
    CollectionState State();

    /// <summary>Makes a change; when the task completes it survives a crash.</summary>
    /// <exception cref="InvalidException">It does not fit the collection; nothing was changed.</exception>
    /// <exception cref="NotFoundException">It is about a point that is not there; nothing was changed.</exception>
    Task<UpdateReceipt> UpdateAsync(PointOperation operation, CancellationToken cancellationToken = default);

    /// <summary>The points that are there, in the order of <paramref name="ids"/>.</summary>
    IReadOnlyList<StoredPoint> Retrieve(IReadOnlyList<PointId> ids, Wanted wanted);

    /// <summary>A page of points by id, or by a field's values.</summary>
    ScrollPage Scroll(Filter? filter, OrderBy? order, PointId? from, int limit, Wanted wanted);

    /// <summary>How many points pass.</summary>
    long Count(Filter? filter);

    /// <summary>The most frequent values of a field among the points that pass.</summary>
    IReadOnlyList<FacetCount> Facet(PayloadPath path, Filter? filter, int limit);

    /// <summary>What a query finds, best first.</summary>
    Task<IReadOnlyList<StoredPoint>> QueryAsync(Caller caller, QueryStage query, Wanted wanted, CancellationToken cancellationToken = default);

    /// <summary>The same in groups, the best group first.</summary>
    Task<IReadOnlyList<PointGroup>> QueryGroupsAsync(Caller caller, QueryStage query, Grouping grouping, Wanted wanted, CancellationToken cancellationToken = default);

    /// <summary>A sample of points, and for each the nearest others of the sample.</summary>
    IReadOnlyList<MatrixRow> Matrix(string vector, Filter? filter, int sample, int nearest);
}

/// <summary>How large a collection is and how it does.</summary>
/// <param name="Points">How many points.</param>
/// <param name="Indexed">How many vectors a graph or an inverted index finds.</param>
/// <param name="IsIndexing">Whether vectors are being moved into graphs.</param>
/// <param name="Bytes">Memory that it takes.</param>
/// <param name="Fields">How many points have a value at each declared path.</param>
/// <param name="Vectors">How many points have a vector, by its name.</param>
/// <param name="Shards">How many points each shard has.</param>
public sealed record CollectionState(
    long Points, long Indexed, bool IsIndexing, long Bytes, IReadOnlyDictionary<string, long> Fields, IReadOnlyDictionary<string, long> Vectors, IReadOnlyList<long> Shards);
