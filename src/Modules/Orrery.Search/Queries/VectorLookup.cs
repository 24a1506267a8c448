using Orrery.Kernel;
using Orrery.Search.Collections;
using Orrery.Search.Points;
using Orrery.Search.Shards;
using Orrery.Search.Vectors;

namespace Orrery.Search.Queries;

/// <summary>The vectors of a query's examples: those that the client gave, checked, and those of points, here or in other collections.</summary>
internal sealed class VectorLookup(CollectionConfig config, ShardViews views, IReadOnlyDictionary<string, ShardViews> others)
{
    private readonly Dictionary<(LookupLocation?, string, PointId), VectorValue> _foreign = [];

    /// <summary>Reads what other collections hold, each under its own lock, before this one's is taken.</summary>
    public VectorLookup ReadOthers(QueryStage stage)
    {
        foreach (var inner in stage.Prefetch)
            ReadOthers(inner);
        if (stage.Lookup is not { } lookup || !others.TryGetValue(lookup.Collection, out var other))
            return this;
        using (other.Reading())
        {
            foreach (var id in Inputs(stage.Ranking).OfType<PointVector>().Select(input => input.Id))
                _foreign[(lookup, stage.Using, id)] = Read(other, lookup.Vector ?? stage.Using, id);
        }

        return this;
    }

    /// <summary>Points that must not be found, because they are the examples.</summary>
    public IReadOnlyCollection<PointId> Excluded(QueryStage stage) =>
        stage.Lookup is { } lookup && others.ContainsKey(lookup.Collection) ? [] : [.. Inputs(stage.Ranking).OfType<PointVector>().Select(input => input.Id)];

    public VectorValue Vector(QueryStage stage, VectorInput input) => input switch
    {
        GivenVector given => Prepared(stage.Using, given.Vector),
        PointVector { Id: var id } when stage.Lookup is { } lookup && others.ContainsKey(lookup.Collection) => Prepared(stage.Using, _foreign[(lookup, stage.Using, id)]),
        PointVector { Id: var id } => Read(views, stage.Lookup?.Vector ?? stage.Using, id),
        _ => throw new ArgumentOutOfRangeException(nameof(input), input, "Expected a known input."),
    };

    public IReadOnlyList<VectorValue> Vectors(QueryStage stage, IReadOnlyList<VectorInput> inputs) => [.. inputs.Select(input => Vector(stage, input))];

    public IReadOnlyList<(VectorValue Positive, VectorValue Negative)> Pairs(QueryStage stage, IReadOnlyList<ContextPair> pairs) =>
        [.. pairs.Select(pair => (Vector(stage, pair.Positive), Vector(stage, pair.Negative)))];

    /// <summary>A vector as the collection compares it.</summary>
    public VectorValue Prepared(string name, VectorValue vector) => VectorPreparation.PrepareQuery(config, name, vector);

    private static VectorValue Read(ShardViews views, string name, PointId id)
    {
        if (!views.TryFind(id, out var place))
            throw new NotFoundException($"No point with id {id} found");
        var (view, slot) = views.At(place);
        if (!view.Columns.TryGetValue(name, out var column))
            throw new InvalidException($"Not existing vector name error: {name}");
        return column.Present[slot] ? column[slot] : throw new NotFoundException($"Point {id} does not have the required vector");
    }

    /// <summary>The examples of a ranking.</summary>
    public static IEnumerable<VectorInput> Inputs(Ranking? ranking) => ranking switch
    {
        Nearest nearest => [nearest.Target],
        Recommend recommend => recommend.Positive.Concat(recommend.Negative),
        Discover discover => discover.Context.SelectMany(pair => new[] { pair.Positive, pair.Negative }).Prepend(discover.Target),
        ByContext context => context.Context.SelectMany(pair => new[] { pair.Positive, pair.Negative }),
        RelevanceFeedback feedback => feedback.Judged.Select(judged => judged.Example).Prepend(feedback.Target),
        _ => [],
    };
}
