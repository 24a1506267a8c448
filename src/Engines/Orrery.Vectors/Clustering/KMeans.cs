using Orrery.Statistics;
using Orrery.Vectors.Distances;

namespace Orrery.Vectors.Clustering;

/// <summary>Clusters by k-means under the Euclidean distance: Lloyd's passes, or mini-batches (Sculley 2010), from k-means++ seeds. Thread-safe once trained.</summary>
public sealed unsafe class KMeans
{
    private readonly float[] _centroids;

    private KMeans(float[] centroids, int dimension) => (_centroids, Dimension) = (centroids, dimension);

    /// <summary>The number of components of every vector.</summary>
    public int Dimension { get; }

    /// <summary>How many clusters there are.</summary>
    public int Clusters => _centroids.Length / Dimension;

    /// <summary>(clusters, dimension)</summary>
    public ReadOnlySpan<float> Centroids => _centroids;

    /// <summary>Finds clusters. O(iterations·n·k·d), or with batches O(iterations·batch·k·d).</summary>
    /// <param name="vectors">(vectors, dimension)</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="options">How many clusters, and how they are found.</param>
    /// <exception cref="ArgumentException">There are fewer vectors than clusters, or these are no whole finite vectors.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static KMeans Train(ReadOnlySpan<float> vectors, int dimension, KMeansOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var count = Count(vectors, dimension);
        options.Validate(count);
        var random = new SeededRandom(options.Seed);
        fixed (float* first = vectors)
        {
            var trained = new KMeans(PlusPlusSeeding.Draw(first, count, dimension, options.Clusters, random), dimension);
            if (options.BatchSize > 0)
                trained.RunBatches(first, count, options, random);
            else
                trained.RunPasses(first, count, options);
            return trained;
        }
    }

    /// <summary>The same with centroids of length 1; one at the origin stays there.</summary>
    internal KMeans Directions()
    {
        var directions = _centroids.ToArray();
        for (var start = 0; start < directions.Length; start += Dimension)
        {
            var centroid = directions.AsSpan(start, Dimension);
            var length = MathF.Sqrt(Distance.Dot<float>(centroid, centroid));
            for (var i = 0; length > 0 && i < centroid.Length; i++)
                centroid[i] /= length;
        }

        return new KMeans(directions, Dimension);
    }

    /// <summary>The cluster of each vector; of equally near ones the lower. O(n·k·d).</summary>
    /// <param name="vectors">(vectors, dimension)</param>
    /// <exception cref="ArgumentException">These are no whole finite vectors.</exception>
    public int[] Assign(ReadOnlySpan<float> vectors)
    {
        var labels = new int[Count(vectors, Dimension)];
        Assign(vectors, labels, new float[labels.Length]);
        return labels;
    }

    /// <summary>The sum of squared distances to the nearest centroids: less is tighter. O(n·k·d).</summary>
    /// <param name="vectors">(vectors, dimension)</param>
    /// <exception cref="ArgumentException">These are no whole finite vectors.</exception>
    public double Inertia(ReadOnlySpan<float> vectors)
    {
        var squares = new float[Count(vectors, Dimension)];
        Assign(vectors, new int[squares.Length], squares);
        return Sum(squares);
    }

    private void Assign(ReadOnlySpan<float> vectors, int[] labels, float[] squares)
    {
        fixed (float* first = vectors, centroids = _centroids)
            NearestCentroid.Find(first, labels.Length, centroids, Clusters, Dimension, labels, squares);
    }

    private void RunPasses(float* vectors, int count, KMeansOptions options)
    {
        var (labels, squares) = (new int[count], new float[count]);
        var before = double.PositiveInfinity;
        for (var pass = 0; pass < options.Iterations; pass++)
        {
            fixed (float* centroids = _centroids)
                NearestCentroid.Find(vectors, count, centroids, Clusters, Dimension, labels, squares);
            var inertia = Sum(squares);
            if (before - inertia <= options.Tolerance * before && double.IsFinite(before))
                return;
            before = inertia;
            MoveToMeans(vectors, labels, squares);
        }
    }

    private void MoveToMeans(float* vectors, int[] labels, float[] squares)
    {
        var (sums, counts) = (new double[_centroids.Length], new int[Clusters]);
        for (var i = 0; i < labels.Length; i++)
        {
            counts[labels[i]]++;
            var sum = sums.AsSpan(labels[i] * Dimension, Dimension);
            for (var c = 0; c < Dimension; c++)
                sum[c] += vectors[(long)i * Dimension + c];
        }

        for (var cluster = 0; cluster < Clusters; cluster++)
        {
            var centroid = _centroids.AsSpan(cluster * Dimension, Dimension);
            if (counts[cluster] == 0)
            {
                // An empty cluster starts again at the vector that its own cluster serves worst.
                var farthest = Array.IndexOf(squares, squares.Max());
                squares[farthest] = 0;
                new ReadOnlySpan<float>(vectors + (long)farthest * Dimension, Dimension).CopyTo(centroid);
                continue;
            }

            for (var c = 0; c < Dimension; c++)
                centroid[c] = (float)(sums[cluster * Dimension + c] / counts[cluster]);
        }
    }

    private void RunBatches(float* vectors, int count, KMeansOptions options, SeededRandom random)
    {
        var size = Math.Min(options.BatchSize, count);
        var (batch, labels, squares) = (new float[(long)size * Dimension], new int[size], new float[size]);
        var seen = new long[Clusters];
        for (var iteration = 0; iteration < options.Iterations; iteration++)
        {
            for (var i = 0; i < size; i++)
                new ReadOnlySpan<float>(vectors + (long)random.NextInt(count) * Dimension, Dimension).CopyTo(batch.AsSpan(i * Dimension));
            Assign(batch, labels, squares);
            for (var i = 0; i < size; i++)
            {
                // A centroid is the mean of all that it ever got: each new one moves it less.
                var centroid = _centroids.AsSpan(labels[i] * Dimension, Dimension);
                var rate = 1f / ++seen[labels[i]];
                for (var c = 0; c < Dimension; c++)
                    centroid[c] += rate * (batch[i * Dimension + c] - centroid[c]);
            }
        }
    }

    private static double Sum(float[] squares)
    {
        var sum = 0d;
        foreach (var square in squares)
            sum += square;
        return sum;
    }

    private static int Count(ReadOnlySpan<float> vectors, int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        if (vectors.Length % dimension != 0)
            throw new ArgumentException($"Expected whole vectors of {dimension} components; got {vectors.Length} numbers.", nameof(vectors));
        foreach (var component in vectors)
        {
            if (!float.IsFinite(component))
                throw new ArgumentException($"Expected finite components; got {component}. Leave the vector out or repair it.", nameof(vectors));
        }

        return vectors.Length / dimension;
    }
}
