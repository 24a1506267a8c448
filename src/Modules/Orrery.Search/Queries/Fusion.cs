using Orrery.Search.Vectors;

namespace Orrery.Search.Queries;

/// <summary>One ranking out of several.</summary>
internal static class Fusion
{
    public static List<Hit> ReciprocalRank(IReadOnlyList<IReadOnlyList<Hit>> results, ReciprocalRankFusion fusion)
    {
        var scores = new Dictionary<int, float>();
        for (var i = 0; i < results.Count; i++)
        {
            var weight = fusion.Weights?[i] ?? 1;
            if (weight <= 0)
                continue;
            // A weight of w makes w ranks of one: rank r counts as (r + 1)/w − 1.
            for (var rank = 0; rank < results[i].Count; rank++)
                Add(scores, results[i][rank].Slot, 1f / ((rank + 1) / weight + fusion.K - 1));
        }

        return Ordered(scores);
    }

    public static List<Hit> Distribution(IReadOnlyList<IReadOnlyList<Hit>> results)
    {
        var scores = new Dictionary<int, float>();
        foreach (var result in results.Where(result => result.Count > 0))
        {
            var mean = result.Average(hit => (double)hit.Score);
            var deviation = result.Count < 2 ? 0 : Math.Sqrt(result.Sum(hit => (hit.Score - mean) * (hit.Score - mean)) / (result.Count - 1));
            var low = mean - 3 * deviation;
            foreach (var hit in result)
                Add(scores, hit.Slot, deviation == 0 ? 0.5f : (float)((hit.Score - low) / (6 * deviation)));
        }

        return Ordered(scores);
    }

    private static void Add(Dictionary<int, float> scores, int slot, float score) => scores[slot] = scores.GetValueOrDefault(slot) + score;

    private static List<Hit> Ordered(Dictionary<int, float> scores) =>
        [.. scores.Select(score => new Hit(score.Key, score.Value)).OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Slot)];
}
