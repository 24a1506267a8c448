using Orrery.Statistics;
using Orrery.Vectors.Distances;

namespace Orrery.Vectors.Clustering;

/// <summary>
/// First centroids that lie apart: each next one is drawn with a chance that grows with the square of its distance to the nearest so far (k-means++, Arthur and
/// Vassilvitskii 2007). O(n·k·d), so of many vectors a drawn part is looked at.
/// </summary>
internal static unsafe class PlusPlusSeeding
{
    private const int LookedAtPerCluster = 64;

    public static float[] Draw(float* vectors, int count, int dimension, int clusters, SeededRandom random)
    {
        var pool = Pool(count, Math.Min(count, (int)Math.Min(int.MaxValue, (long)clusters * LookedAtPerCluster)), random);
        var centroids = new float[(long)clusters * dimension];
        var squares = new double[pool.Length];
        Array.Fill(squares, double.PositiveInfinity);
        var next = random.NextInt(pool.Length);
        fixed (float* first = centroids)
        {
            for (var cluster = 0; cluster < clusters; cluster++)
            {
                var centroid = first + (long)cluster * dimension;
                new ReadOnlySpan<float>(vectors + (long)pool[next] * dimension, dimension).CopyTo(new Span<float>(centroid, dimension));
                var total = 0d;
                for (var i = 0; i < pool.Length; i++)
                {
                    var square = PairKernel.Sum<SquaredDifference, Float32>((byte*)centroid, (byte*)(vectors + (long)pool[i] * dimension), dimension);
                    total += squares[i] = Math.Min(squares[i], square);
                }

                next = Draw(squares, total, random);
            }
        }

        return centroids;
    }

    private static int Draw(double[] squares, double total, SeededRandom random)
    {
        // All are centroids already, or equal to one: any will do.
        if (total <= 0)
            return random.NextInt(squares.Length);
        var rest = random.NextDouble() * total;
        for (var i = 0; i < squares.Length; i++)
        {
            rest -= squares[i];
            if (rest < 0)
                return i;
        }

        return squares.Length - 1;
    }

    /// <summary>The first of a shuffle (Fisher and Yates).</summary>
    private static int[] Pool(int count, int size, SeededRandom random)
    {
        var order = Enumerable.Range(0, count).ToArray();
        for (var i = 0; i < size; i++)
        {
            var other = i + random.NextInt(count - i);
            (order[i], order[other]) = (order[other], order[i]);
        }

        return order[..size];
    }
}
