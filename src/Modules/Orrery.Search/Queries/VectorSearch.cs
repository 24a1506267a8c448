using Orrery.Kernel;
using Orrery.Search.Points;
using Orrery.Search.Shards;
using Orrery.Search.Vectors;

namespace Orrery.Search.Queries;

/// <summary>A stage that compares vectors: each shard finds its best, and the best of these are the stage's.</summary>
internal sealed class VectorSearch
{
    private readonly ShardViews _views;
    private readonly QueryStage _stage;
    private readonly VectorLookup _examples;
    private readonly PlaceSet? _allowed;
    private readonly SearchEffort _effort;
    private readonly VectorColumn[] _columns;
    private readonly InverseFrequency? _rarity;

    /// <exception cref="InvalidException">There are no such vectors.</exception>
    public VectorSearch(ShardViews views, QueryStage stage, VectorLookup examples, PlaceSet? allowed, SearchEffort effort)
    {
        (_views, _stage, _examples, _allowed, _effort) = (views, stage, examples, allowed, effort);
        _columns = Columns(views, stage.Using);
        _rarity = InverseFrequency.Of(views, stage.Using, Corpus(stage));
    }

    /// <summary>Whether greater outward scores are better.</summary>
    public bool GreaterIsBetter { get; private set; } = true;

    /// <summary>The columns of a vector, shard by shard.</summary>
    /// <exception cref="InvalidException">There is none of that name.</exception>
    public static VectorColumn[] Columns(ShardViews views, string name) =>
        [.. views.Shards.Select(shard => shard.Columns.TryGetValue(name, out var column) ? column : throw new InvalidException($"Not existing vector name error: {name}"))];

    /// <summary>The best, best first, with scores as the client sees them.</summary>
    public List<Hit> Run(int limit)
    {
        switch (_stage.Ranking)
        {
            case Nearest { Diversity: { } diversity } nearest:
                var near = Search(Vector(nearest.Target), diversity.Candidates ?? limit);
                return Outward(MarginalRelevance.Choose(place => ScorerOf(Weighed(At(place))), near, diversity.Share, limit));
            case Nearest nearest:
                return Outward(Search(Vector(nearest.Target), limit));
            case Recommend { Strategy: RecommendStrategy.AverageVector } recommend:
                var average = Scorers.Average(_examples.Vectors(_stage, recommend.Positive), _examples.Vectors(_stage, recommend.Negative));
                return Outward(Search(Weighed(_examples.Prepared(_stage.Using, average)), limit));
            case Recommend recommend:
                var (positive, negative) = (Vectors(recommend.Positive), Vectors(recommend.Negative));
                return Scan(column => recommend.Strategy == RecommendStrategy.BestScore ? Scorers.BestScore(column, positive, negative) : Scorers.SumScores(column, positive, negative), limit);
            case Discover discover:
                var (target, context) = (Vector(discover.Target), Pairs(discover.Context));
                return Scan(column => Scorers.Discover(column, target, context), limit);
            case ByContext byContext:
                var pairs = Pairs(byContext.Context);
                return Scan(column => Scorers.Context(column, pairs), limit);
            case RelevanceFeedback feedback:
                var (goal, judged) = (Vector(feedback.Target), feedback.Judged.Select(one => (Vector(one.Example), one.Score)).ToList());
                return Scan(column => Scorers.Feedback(column, feedback, goal, judged), limit);
            default:
                throw new ArgumentOutOfRangeException(nameof(limit), _stage.Ranking, "Expected a known ranking.");
        }
    }

    private List<Hit> Search(VectorValue query, int limit) => Gather((column, allowed) => column.Search(query, limit, allowed, _effort), limit);

    private List<Hit> Scan(Func<VectorColumn, Func<int, float>> score, int limit) => Gather((column, allowed) => column.Scan(score(column), limit, allowed), limit);

    private List<Hit> Gather(Func<VectorColumn, SlotSet?, List<Hit>> search, int limit)
    {
        if (_columns.Length == 1)
            return search(_columns[0], _allowed?.Slots[0]);
        var best = new Best(limit);
        for (var shard = 0; shard < _columns.Length; shard++)
        {
            foreach (var hit in search(_columns[shard], _allowed?.Slots[shard]))
                best.Offer(_views.Place(shard, hit.Slot), hit.Score);
        }

        return best.Take();
    }

    private List<Hit> Outward(List<Hit> hits)
    {
        GreaterIsBetter = _columns[0].GreaterIsBetter;
        return hits.ConvertAll(hit => hit with { Score = _columns[0].Outward(hit.Score) });
    }

    private VectorValue Vector(VectorInput input) => Weighed(_examples.Vector(_stage, input));

    private List<VectorValue> Vectors(IReadOnlyList<VectorInput> inputs) => [.. inputs.Select(Vector)];

    private List<(VectorValue Positive, VectorValue Negative)> Pairs(IReadOnlyList<ContextPair> pairs) => [.. pairs.Select(pair => (Vector(pair.Positive), Vector(pair.Negative)))];

    private VectorValue Weighed(VectorValue vector) => _rarity is { } rarity && vector is SparseVector sparse ? rarity.Weigh(sparse) : vector;

    private VectorValue At(int place) => _columns[place % _columns.Length][place / _columns.Length];

    // By place, whichever shard it is of.
    private Func<int, float> ScorerOf(VectorValue vector)
    {
        var scorers = Array.ConvertAll(_columns, column => column.Scorer(vector));
        return place => scorers[place % scorers.Length](place / scorers.Length);
    }

    // Which points the rarity of a component is counted over.
    private PlaceSet? Corpus(QueryStage stage)
    {
        if (stage.IdfCorpus is null)
            return null;
        return _views.Config.SparseVectors.TryGetValue(stage.Using, out var sparse) && sparse.Idf
            ? _views.Find(stage.IdfCorpus)
            : throw new InvalidException($"The `idf` parameter is for sparse vectors with the idf modifier; '{stage.Using}' is none.");
    }
}
