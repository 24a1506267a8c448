using System.Security.Cryptography;
using Orrery.Kernel;
using Orrery.Search.Filters;
using Orrery.Search.Points;
using Orrery.Search.Shards;
using Orrery.Search.Vectors;

namespace Orrery.Search.Queries;

/// <summary>What a stage found, best first, with scores as the client sees them.</summary>
/// <param name="Hits">The points.</param>
/// <param name="GreaterIsBetter">Whether greater scores are better.</param>
/// <param name="Order">What they were ordered by, where it was a field.</param>
internal sealed record StageResult(IReadOnlyList<Hit> Hits, bool GreaterIsBetter = true, IReadOnlyDictionary<int, OrderValue>? Order = null);

/// <summary>Runs a query over a shard's view, stage by stage. Call it while the view is read; the vectors of examples were looked up before.</summary>
internal sealed class QueryRun(ShardView view, VectorLookup examples)
{
    /// <summary>What the query found.</summary>
    /// <exception cref="InvalidException">It does not fit the collection.</exception>
    public StageResult Run(QueryStage stage) => Run(stage, null);

    // A filter holds of the stages below too: what it keeps out must not take the places of what it lets through.
    private StageResult Run(QueryStage stage, Filter? above)
    {
        var filter = Filter.Without(Filter.And(above, stage.Filter), examples.Excluded(stage));
        var all = Math.Min(view.Count, (long)stage.Offset + stage.Limit);
        var result = stage.Prefetch.Count == 0 ? RunOverAll(stage, filter, (int)all) : RunOverStages(stage, filter, (int)all);
        var hits = result.Hits.AsEnumerable();
        if (stage.ScoreThreshold is { } threshold)
            hits = hits.Where(hit => result.GreaterIsBetter ? hit.Score >= threshold : hit.Score <= threshold);
        return result with { Hits = [.. hits.Skip(stage.Offset).Take(stage.Limit)] };
    }

    private StageResult RunOverStages(QueryStage stage, Filter? filter, int limit)
    {
        var results = stage.Prefetch.Select(inner => Run(inner, filter)).ToList();
        var found = results.ConvertAll(result => result.Hits);
        switch (stage.Ranking)
        {
            case ReciprocalRankFusion fusion:
                if (fusion.Weights is { } weights && weights.Count != found.Count)
                    throw new InvalidException($"RRF weights count {weights.Count} does not match the number of prefetches {found.Count}");
                return new(Take(Fusion.ReciprocalRank(found, fusion), filter, limit));
            case DistributionFusion:
                return new(Take(Fusion.Distribution(found), filter, limit));
            case ByFormula formula:
                return new(Take(Evaluate(formula, found), filter, limit));
            case null:
                throw new InvalidException("A query is needed to merge the prefetches. Can't have prefetches without defining a query.");
        }

        var candidates = new SlotSet(view.Capacity);
        foreach (var hit in found.SelectMany(hits => hits))
            candidates.Add(hit.Slot);
        return RunOver(stage, Passing(filter, candidates), limit, exact: true);
    }

    private StageResult RunOverAll(QueryStage stage, Filter? filter, int limit) => stage.Ranking switch
    {
        ReciprocalRankFusion or DistributionFusion => throw new InvalidException("A fusion query needs prefetches to merge."),
        ByFormula formula => new(Take(Evaluate(formula, [[.. view.Find(filter).Slots().Select(slot => new Hit(slot, 0))]]), null, limit)),
        _ => RunOver(stage, filter is null ? null : view.Find(filter), limit, stage.Exact),
    };

    private StageResult RunOver(QueryStage stage, SlotSet? allowed, int limit, bool exact)
    {
        switch (stage.Ranking)
        {
            case null:
                var ids = allowed is null ? view.Ids.All() : view.Ids.All().Where(id => view.TryFind(id, out var slot) && allowed[slot]);
                return new([.. ids.Take(limit).Select(id => new Hit(Slot(id), 0))]);
            case OrderBy order:
                var page = FieldOrder.Read(view, order, allowed ?? view.Live, limit);
                return new([.. page.Select(entry => new Hit(entry.Slot, 0))], Order: page.ToDictionary(entry => entry.Slot, entry => entry.Value));
            case RandomSample:
                return new(Sample(allowed ?? view.Live, limit));
            default:
                return RunVectors(stage, allowed, limit, new(exact, stage.Ef, stage.IndexedOnly, Corpus(stage), stage.Oversampling));
        }
    }

    private StageResult RunVectors(QueryStage stage, SlotSet? allowed, int limit, SearchEffort effort)
    {
        var column = Column(stage.Using);
        switch (stage.Ranking)
        {
            case Nearest { Diversity: { } diversity } nearest:
                var near = column.Search(examples.Vector(stage, nearest.Target), diversity.Candidates ?? limit, allowed, effort);
                return Outward(column, MarginalRelevance.Choose(column, near, diversity.Share, limit));
            case Nearest nearest:
                return Outward(column, column.Search(examples.Vector(stage, nearest.Target), limit, allowed, effort));
            case Recommend { Strategy: RecommendStrategy.AverageVector } recommend:
                var average = Scorers.Average(examples.Vectors(stage, recommend.Positive), examples.Vectors(stage, recommend.Negative));
                return Outward(column, column.Search(examples.Prepared(stage.Using, average), limit, allowed, effort));
            case Recommend recommend:
                var (positive, negative) = (examples.Vectors(stage, recommend.Positive), examples.Vectors(stage, recommend.Negative));
                return new(column.Scan(recommend.Strategy == RecommendStrategy.BestScore ? Scorers.BestScore(column, positive, negative) : Scorers.SumScores(column, positive, negative), limit, allowed));
            case Discover discover:
                return new(column.Scan(Scorers.Discover(column, examples.Vector(stage, discover.Target), examples.Pairs(stage, discover.Context)), limit, allowed));
            case ByContext context:
                return new(column.Scan(Scorers.Context(column, examples.Pairs(stage, context.Context)), limit, allowed));
            case RelevanceFeedback feedback:
                var judged = feedback.Judged.Select(one => (examples.Vector(stage, one.Example), one.Score)).ToList();
                return new(column.Scan(Scorers.Feedback(column, feedback, examples.Vector(stage, feedback.Target), judged), limit, allowed));
            default:
                throw new ArgumentOutOfRangeException(nameof(stage), stage.Ranking, "Expected a known ranking.");
        }
    }

    // Which points the rarity of a component is counted over.
    private SlotSet? Corpus(QueryStage stage)
    {
        if (stage.IdfCorpus is null)
            return null;
        return view.Config.SparseVectors.TryGetValue(stage.Using, out var sparse) && sparse.Idf
            ? view.Find(stage.IdfCorpus)
            : throw new InvalidException($"The `idf` parameter is for sparse vectors with the idf modifier; '{stage.Using}' is none.");
    }

    private VectorColumn Column(string name) => view.Columns.TryGetValue(name, out var column) ? column : throw new InvalidException($"Not existing vector name error: {name}");

    private static StageResult Outward(VectorColumn column, List<Hit> hits) => new([.. hits.Select(hit => hit with { Score = column.Outward(hit.Score) })], column.GreaterIsBetter);

    private List<Hit> Evaluate(ByFormula formula, IReadOnlyList<IReadOnlyList<Hit>> stages)
    {
        var scores = stages.Select(hits => (IReadOnlyDictionary<int, float>)hits.ToDictionary(hit => hit.Slot, hit => hit.Score)).ToList();
        var evaluation = new FormulaEvaluation(view, formula, scores);
        return [.. scores.SelectMany(stage => stage.Keys).Distinct().Select(slot => new Hit(slot, evaluation.Of(slot))).OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Slot)];
    }

    private List<Hit> Take(List<Hit> hits, Filter? filter, int limit)
    {
        if (filter is null)
            return [.. hits.Take(limit)];
        var candidates = new SlotSet(view.Capacity);
        foreach (var hit in hits)
            candidates.Add(hit.Slot);
        var passing = Passing(filter, candidates);
        return [.. hits.Where(hit => passing[hit.Slot]).Take(limit)];
    }

    private SlotSet Passing(Filter? filter, SlotSet candidates) => filter is null ? candidates : FilterEvaluation.Find(view, filter, candidates);

    // Vitter's algorithm R: every point with the same chance, in one pass.
    private static List<Hit> Sample(SlotSet allowed, int limit)
    {
        var random = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
        var kept = new List<Hit>();
        var met = 0;
        foreach (var slot in allowed.Slots())
        {
            met++;
            if (kept.Count < limit)
                kept.Add(new(slot, 0));
            else if (random.Next(met) is var place && place < limit)
                kept[place] = new(slot, 0);
        }

        for (var i = kept.Count - 1; i > 0; i--)
        {
            var j = random.Next(i + 1);
            (kept[i], kept[j]) = (kept[j], kept[i]);
        }

        return kept;
    }

    private int Slot(PointId id) => view.TryFind(id, out var slot) ? slot : -1;
}
