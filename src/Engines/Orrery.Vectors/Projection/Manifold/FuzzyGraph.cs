using Orrery.Vectors.Neighborhoods;

namespace Orrery.Vectors.Projection.Manifold;

/// <summary>Two rows that belong together, in both directions; how much, in (0, 1].</summary>
internal readonly record struct FuzzyEdge(int From, int To, float Weight);

/// <summary>
/// The fuzzy simplicial set of arXiv:1802.03426, section 3.1: around each row distance is measured from its nearest neighbour on, in a unit of its own, so that every row has about as many neighbours; what one
/// of two rows holds for near, or both, is an edge.
/// </summary>
internal static class FuzzyGraph
{
    private const int Halvings = 64;
    private const double Settled = 1e-5;

    // A unit that is not vanishingly small beside the distances: the paper's implementation, section 4.
    private const double LeastUnit = 1e-3;

    public static FuzzyEdge[] Edges(NeighborGraph graph)
    {
        var count = graph.Rows.Length / graph.Neighbors;
        var mean = graph.Distances.Average(distance => (double)distance);
        var weights = new Dictionary<(int, int), (float Out, float Back)>(graph.Rows.Length);
        for (var row = 0; row < count; row++)
        {
            var others = graph.Of(row);
            var distances = graph.DistancesOf(row);
            var nearest = Nearest(distances);
            var unit = Unit(distances, nearest, mean);
            for (var i = 0; i < others.Length; i++)
            {
                var weight = Membership(distances[i], nearest, unit);
                var key = row < others[i] ? (row, others[i]) : (others[i], row);
                var both = weights.GetValueOrDefault(key);
                weights[key] = row < others[i] ? both with { Out = (float)weight } : both with { Back = (float)weight };
            }
        }

        // The probabilistic union: a + b − ab.
        return [.. weights.Select(edge => new FuzzyEdge(edge.Key.Item1, edge.Key.Item2, edge.Value.Out + edge.Value.Back - (edge.Value.Out * edge.Value.Back)))
            .Where(edge => edge.Weight > 0).OrderBy(edge => edge.From).ThenBy(edge => edge.To)];
    }

    /// <summary>The least distance above 0: equal vectors do not make the others far.</summary>
    private static double Nearest(ReadOnlySpan<float> distances)
    {
        foreach (var distance in distances)
        {
            if (distance > 0)
                return distance;
        }

        return 0;
    }

    private static double Membership(double distance, double nearest, double unit) => distance <= nearest || unit == 0 ? 1 : Math.Exp(-(distance - nearest) / unit);

    /// <summary>The unit in which the memberships sum up to log₂ of the neighbours, the row itself among them.</summary>
    private static double Unit(ReadOnlySpan<float> distances, double nearest, double mean)
    {
        var wanted = Math.Log2(distances.Length + 1);
        var (low, high, unit) = (0d, double.PositiveInfinity, 1d);
        for (var i = 0; i < Halvings; i++)
        {
            var sum = 0d;
            foreach (var distance in distances)
                sum += Membership(distance, nearest, unit);
            if (Math.Abs(sum - wanted) < Settled)
                break;
            if (sum > wanted)
                (high, unit) = (unit, (low + unit) / 2);
            else
                (low, unit) = (unit, double.IsPositiveInfinity(high) ? unit * 2 : (unit + high) / 2);
        }

        var own = 0d;
        foreach (var distance in distances)
            own += distance / distances.Length;
        return Math.Max(unit, LeastUnit * (nearest > 0 ? own : mean));
    }
}
