using Orrery.Search.Collections;
using Orrery.Search.Points;
using Orrery.Vectors.Distances;

namespace Orrery.Search.Vectors;

/// <summary>How well two vectors match: greater is better, whatever the distance. What a client sees is <see cref="Outward"/>.</summary>
internal static class Similarity
{
    // A shorter sum is as fast one by one, and rounds as everybody else's does.
    private const int FewestForLanes = 16;

    public static float Of(VectorDistance distance, ReadOnlySpan<float> x, ReadOnlySpan<float> y) => distance switch
    {
        VectorDistance.Cosine or VectorDistance.Dot => x.Length < FewestForLanes ? DotInOrder(x, y) : Distance.Dot(x, y),
        VectorDistance.Euclid => -Distance.SquaredEuclidean(x, y),
        VectorDistance.Manhattan => -Distance.Manhattan(x, y),
        _ => throw new ArgumentOutOfRangeException(nameof(distance), distance, "Expected a known distance."),
    };

    private static float DotInOrder(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var sum = 0f;
        for (var i = 0; i < x.Length; i++)
            sum += x[i] * y[i];
        return sum;
    }

    /// <summary>MaxSim: each row of the query with its best match.</summary>
    public static float Of(VectorDistance distance, MultiVector query, MultiVector vector)
    {
        var sum = 0f;
        for (var i = 0; i < query.Rows; i++)
        {
            var best = float.NegativeInfinity;
            for (var j = 0; j < vector.Rows; j++)
                best = Math.Max(best, Of(distance, query.Row(i), vector.Row(j)));
            sum += best;
        }

        return sum;
    }

    /// <summary>The score in the scale of the distance: the distance itself where smaller is closer.</summary>
    public static float Outward(VectorDistance distance, float similarity) => distance switch
    {
        VectorDistance.Euclid => MathF.Sqrt(Math.Abs(similarity)),
        VectorDistance.Manhattan => Math.Abs(similarity),
        _ => similarity,
    };

    /// <summary>From a threshold in the scale of the distance.</summary>
    public static float Inward(VectorDistance distance, float score) => distance switch
    {
        VectorDistance.Euclid => -score * score,
        VectorDistance.Manhattan => -score,
        _ => score,
    };

    /// <summary>Whether greater scores are better in the scale of the distance.</summary>
    public static bool GreaterIsBetter(VectorDistance distance) => distance is VectorDistance.Cosine or VectorDistance.Dot;
}
