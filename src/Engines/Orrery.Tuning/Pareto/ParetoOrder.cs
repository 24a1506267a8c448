using Orrery.Tuning.Samplers;

namespace Orrery.Tuning.Pareto;

/// <summary>
/// How trials with several losses compare: non-dominated sorting and crowding of NSGA-II (Deb, Pratap, Agarwal &amp; Meyarivan 2002, sections III-A and III-B) with constrained
/// domination (section VI).
/// </summary>
internal static class ParetoOrder
{
    /// <summary>Whether a is as good as b in every objective and better in one; what breaks constraints less dominates.</summary>
    public static bool Dominates(SampledTrial a, SampledTrial b)
    {
        if (a.Violation != b.Violation)
            return a.Violation < b.Violation;
        if (a.Violation > 0)
            return false;
        var mine = a.Losses.Span;
        var others = b.Losses.Span;
        // A pruned trial has no losses and is worse than every other.
        if (mine.IsEmpty || others.IsEmpty)
            return !mine.IsEmpty;
        var isBetter = false;
        for (var i = 0; i < mine.Length; i++)
        {
            if (mine[i] > others[i])
                return false;
            isBetter |= mine[i] < others[i];
        }

        return isBetter;
    }

    /// <summary>The fronts of indexes, the one that nothing dominates first. O(objectives · trials²).</summary>
    public static List<List<int>> Fronts(IReadOnlyList<SampledTrial> trials)
    {
        var dominated = trials.Select(_ => new List<int>()).ToArray();
        var dominators = new int[trials.Count];
        for (var i = 0; i < trials.Count; i++)
        {
            for (var j = 0; j < trials.Count; j++)
            {
                if (!Dominates(trials[i], trials[j]))
                    continue;
                dominated[i].Add(j);
                dominators[j]++;
            }
        }

        var fronts = new List<List<int>>();
        for (List<int> front = [.. Enumerable.Range(0, trials.Count).Where(i => dominators[i] == 0)]; front.Count > 0;)
        {
            fronts.Add(front);
            front = [.. front.SelectMany(i => dominated[i]).Where(j => --dominators[j] == 0).Order()];
        }

        return fronts;
    }

    /// <summary>How far each trial of a front is from its neighbours, ∞ at the ends of every objective.</summary>
    public static double[] Crowding(IReadOnlyList<SampledTrial> trials, IReadOnlyList<int> front)
    {
        var distance = new double[front.Count];
        for (var objective = 0; objective < trials[front[0]].Losses.Length; objective++)
        {
            double Loss(int at) => trials[front[at]].Losses.Span[objective];
            int[] order = [.. Enumerable.Range(0, front.Count).OrderBy(Loss).ThenBy(at => trials[front[at]].Number)];
            var width = Loss(order[^1]) - Loss(order[0]);
            distance[order[0]] = distance[order[^1]] = double.PositiveInfinity;
            for (var i = 1; i < order.Length - 1 && width > 0; i++)
                distance[order[i]] += (Loss(order[i + 1]) - Loss(order[i - 1])) / width;
        }

        return distance;
    }
}
