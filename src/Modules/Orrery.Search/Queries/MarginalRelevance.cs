using Orrery.Search.Vectors;

namespace Orrery.Search.Queries;

/// <summary>
/// Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998): each next point is the one that is close to the query and unlike those that were chosen before it.
/// </summary>
internal static class MarginalRelevance
{
    /// <summary>The candidates' scores stay those of the query; their order is the choice's.</summary>
    /// <param name="likenessTo">How alike each candidate is to one of them.</param>
    /// <param name="candidates">Out of which it is chosen, best first.</param>
    /// <param name="diversity">How much unlikeness counts, 0 to 1.</param>
    /// <param name="limit">How many are chosen.</param>
    public static List<Hit> Choose(Func<int, Func<int, float>> likenessTo, IReadOnlyList<Hit> candidates, float diversity, int limit)
    {
        var left = candidates.ToList();
        var chosen = new List<Hit>(Math.Min(limit, left.Count));
        var likeness = new Dictionary<int, float>();
        while (chosen.Count < limit && left.Count > 0)
        {
            var next = chosen.Count == 0 ? left[0] : left.MaxBy(hit => (1 - diversity) * hit.Score - diversity * likeness[hit.Slot]);
            left.Remove(next);
            chosen.Add(next);
            var score = likenessTo(next.Slot);
            foreach (var hit in left)
                likeness[hit.Slot] = Math.Max(likeness.GetValueOrDefault(hit.Slot, float.NegativeInfinity), score(hit.Slot));
        }

        return chosen;
    }
}
