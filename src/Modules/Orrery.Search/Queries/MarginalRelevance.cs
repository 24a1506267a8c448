using Orrery.Search.Vectors;

namespace Orrery.Search.Queries;

/// <summary>
/// Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998): each next point is the one that is close to the query and unlike those that were chosen before it.
/// </summary>
internal static class MarginalRelevance
{
    /// <summary>The candidates' scores stay those of the query; their order is the choice's.</summary>
    public static List<Hit> Choose(VectorColumn column, IReadOnlyList<Hit> candidates, float diversity, int limit)
    {
        var left = candidates.ToList();
        var chosen = new List<Hit>(Math.Min(limit, left.Count));
        var likeness = new Dictionary<int, float>();
        while (chosen.Count < limit && left.Count > 0)
        {
            var next = chosen.Count == 0 ? left[0] : left.MaxBy(hit => (1 - diversity) * hit.Score - diversity * likeness[hit.Slot]);
            left.Remove(next);
            chosen.Add(next);
            var score = column.Scorer(column[next.Slot]);
            foreach (var hit in left)
                likeness[hit.Slot] = Math.Max(likeness.GetValueOrDefault(hit.Slot, float.NegativeInfinity), score(hit.Slot));
        }

        return chosen;
    }
}
