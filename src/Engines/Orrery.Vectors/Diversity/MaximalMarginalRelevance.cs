using Orrery.Vectors.Distances;
using Orrery.Vectors.Memory;

namespace Orrery.Vectors.Diversity;

/// <summary>
/// Results that are near the query and not near each other (Carbonell and Goldstein 1998): one after the other, the candidate of the least
/// λ·distance to the query − (1 − λ)·distance to the nearest one that was chosen.
/// </summary>
public static unsafe class MaximalMarginalRelevance
{
    /// <summary>The places of the chosen candidates, first chosen first. O(k·n·d). Of equal candidates the one that stands first is chosen.</summary>
    /// <param name="metric">How distance is measured.</param>
    /// <param name="query">(dimension)</param>
    /// <param name="candidates">(candidates, dimension)</param>
    /// <param name="k">How many to choose; all where there are fewer.</param>
    /// <param name="lambda">How much nearness counts: 1 is plain search, 0 chooses what differs most. Default 0.5.</param>
    /// <exception cref="ArgumentException">A vector is not finite, or zero under cosine, or the candidates are no whole vectors.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k is below 1, or λ outside of [0, 1].</exception>
    public static int[] Select(Metric metric, ReadOnlySpan<float> query, ReadOnlySpan<float> candidates, int k, double lambda = 0.5)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        if (!(lambda is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(lambda), lambda, "Expected a λ from 0 to 1.");
        var space = new Space(query.Length, metric);
        var dimension = query.Length;
        if (candidates.Length % dimension != 0)
            throw new ArgumentException($"Expected whole vectors of {dimension} components, as the query has; got {candidates.Length} numbers.", nameof(candidates));
        var vectors = new NativeBlock<float>(candidates.Length + dimension);
        space.Accept(query, new Span<float>(vectors.Pointer + candidates.Length, dimension), nameof(query));
        for (var i = 0; i < candidates.Length; i += dimension)
            space.Accept(candidates.Slice(i, dimension), new Span<float>(vectors.Pointer + i, dimension), nameof(candidates));

        var count = candidates.Length / dimension;
        var relevance = Distances(space, vectors, count, vectors.Pointer + candidates.Length);
        // Before anything is chosen nearness alone counts: any constant will do.
        var novelty = new float[count];
        var chosen = new int[Math.Min(k, count)];
        var taken = new bool[count];
        for (var n = 0; n < chosen.Length; n++)
        {
            chosen[n] = Best(relevance, novelty, taken, n == 0 ? 1 : lambda);
            taken[chosen[n]] = true;
            var distances = Distances(space, vectors, count, vectors.Pointer + (long)chosen[n] * dimension);
            for (var i = 0; i < count; i++)
                novelty[i] = n == 0 ? distances[i] : Math.Min(novelty[i], distances[i]);
        }

        GC.KeepAlive(vectors);
        return chosen;
    }

    private static int Best(float[] relevance, float[] novelty, bool[] taken, double lambda)
    {
        var (best, least) = (-1, double.PositiveInfinity);
        for (var i = 0; i < relevance.Length; i++)
        {
            var score = (lambda * relevance[i]) - ((1 - lambda) * novelty[i]);
            if (!taken[i] && (best < 0 || score < least))
                (best, least) = (i, score);
        }

        return best;
    }

    private static float[] Distances(Space space, NativeBlock<float> vectors, int count, float* from)
    {
        var distances = new float[count];
        fixed (float* ranks = distances)
            space.RankExactly(from, vectors.Pointer, count, ranks);
        foreach (ref var distance in distances.AsSpan())
            distance = space.Outward(Space.Orderly(distance));
        return distances;
    }
}
