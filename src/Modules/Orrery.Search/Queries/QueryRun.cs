using System.Security.Cryptography;
using Orrery.Kernel;
using Orrery.Search.Filters;
using Orrery.Search.Points;
using Orrery.Search.Shards;
using Orrery.Search.Vectors;

namespace Orrery.Search.Queries;

/// <summary>What a stage found, best first, with scores as the client sees them.</summary>
/// <param name="Hits">The points, by place.</param>
/// <param name="GreaterIsBetter">Whether greater scores are better.</param>
/// <param name="Order">What they were ordered by, where it was a field.</param>
internal sealed record StageResult(IReadOnlyList<Hit> Hits, bool GreaterIsBetter = true, IReadOnlyDictionary<int, OrderValue>? Order = null);

/// <summary>
/// Runs a query over a collection's shards, stage by stage: what a stage compares it asks of each shard, and what it merges are the best of all. Call it while the shards are read; the vectors of
/// examples were looked up before.
/// </summary>
internal sealed class QueryRun(ShardViews views, VectorLookup examples)
{
    /// <summary>What the query found.</summary>
    /// <exception cref="InvalidException">It does not fit the collection.</exception>
    public StageResult Run(QueryStage stage) => Run(stage, null);

    // A filter holds of the stages below too: what it keeps out must not take the places of what it lets through.
    private StageResult Run(QueryStage stage, Filter? above)
    {
        var filter = Filter.Without(Filter.And(above, stage.Filter), examples.Excluded(stage));
        var all = Math.Min(views.Count, (long)stage.Offset + stage.Limit);
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

        return RunOver(stage, Passing(filter, found.SelectMany(hits => hits)), limit, exact: true);
    }

    private StageResult RunOverAll(QueryStage stage, Filter? filter, int limit) => stage.Ranking switch
    {
        ReciprocalRankFusion or DistributionFusion => throw new InvalidException("A fusion query needs prefetches to merge."),
        ByFormula formula => new(Take(Evaluate(formula, [[.. views.Find(filter).Places().Select(place => new Hit(place, 0))]]), null, limit)),
        _ => RunOver(stage, filter is null ? null : views.Find(filter), limit, stage.Exact),
    };

    private StageResult RunOver(QueryStage stage, PlaceSet? allowed, int limit, bool exact)
    {
        switch (stage.Ranking)
        {
            case null:
                return new([.. PointOrder.From(views, null, allowed).Take(limit).Select(place => new Hit(place, 0))]);
            case OrderBy order:
                var page = FieldOrder.Read(views, order, allowed ?? views.Find(null), limit);
                return new([.. page.Select(entry => new Hit(entry.Place, 0))], Order: page.ToDictionary(entry => entry.Place, entry => entry.Value));
            case RandomSample:
                return new(Sample(allowed ?? views.Find(null), limit));
            default:
                var search = new VectorSearch(views, stage, examples, allowed, new(exact, stage.Ef, stage.IndexedOnly, stage.IgnoresCodes ? int.MaxValue : stage.Oversampling));
                return new(search.Run(limit), search.GreaterIsBetter);
        }
    }

    private List<Hit> Evaluate(ByFormula formula, IReadOnlyList<IReadOnlyList<Hit>> stages)
    {
        var scores = stages.Select(hits => (IReadOnlyDictionary<int, float>)hits.ToDictionary(hit => hit.Slot, hit => hit.Score)).ToList();
        var evaluation = new FormulaEvaluation(views, formula, scores);
        return [.. scores.SelectMany(stage => stage.Keys).Distinct().Select(place => new Hit(place, evaluation.Of(place))).OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Slot)];
    }

    private List<Hit> Take(List<Hit> hits, Filter? filter, int limit)
    {
        if (filter is null)
            return [.. hits.Take(limit)];
        var passing = Passing(filter, hits);
        return [.. hits.Where(hit => passing[hit.Slot]).Take(limit)];
    }

    private PlaceSet Passing(Filter? filter, IEnumerable<Hit> hits)
    {
        var candidates = views.Places(hits.Select(hit => hit.Slot));
        return filter is null ? candidates : views.Find(filter, candidates);
    }

    // Vitter's algorithm R: every point with the same chance, in one pass.
    private static List<Hit> Sample(PlaceSet allowed, int limit)
    {
        var random = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
        var kept = new List<Hit>();
        var met = 0;
        foreach (var place in allowed.Places())
        {
            met++;
            if (kept.Count < limit)
                kept.Add(new(place, 0));
            else if (random.Next(met) is var at && at < limit)
                kept[at] = new(place, 0);
        }

        for (var i = kept.Count - 1; i > 0; i--)
        {
            var j = random.Next(i + 1);
            (kept[i], kept[j]) = (kept[j], kept[i]);
        }

        return kept;
    }
}
