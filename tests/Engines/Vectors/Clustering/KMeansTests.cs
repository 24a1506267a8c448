using Orrery.Statistics;
using Orrery.Vectors.Clustering;
using Orrery.Vectors.Distances;
using Xunit;

namespace Orrery.Vectors.Tests.Clustering;

public sealed class KMeansTests
{
    private const int Dimension = 7;

    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    public void Clouds_that_lie_apart_are_found(int batch)
    {
        var (vectors, clouds) = Clouds(90, 40, spread: 0.3);
        var found = KMeans.Train(vectors, Dimension, new KMeansOptions { Clusters = 90, BatchSize = batch, Iterations = 40, Seed = 3 });
        var labels = found.Assign(vectors);
        // Pairs of neighbours in the list, of one cloud or of two.
        var right = Enumerable.Range(1, labels.Length - 1).Count(i => (clouds[i] == clouds[i - 1]) == (labels[i] == labels[i - 1]));
        Assert.True(right >= 0.97 * labels.Length, $"{right} of {labels.Length}");
    }

    [Fact]
    public void Every_vector_is_with_its_nearest_centroid_and_the_inertia_says_how_near()
    {
        var (vectors, _) = Clouds(5, 33, spread: 3);
        var found = KMeans.Train(vectors, Dimension, new KMeansOptions { Clusters = 70, Iterations = 3 });
        var labels = found.Assign(vectors);
        var inertia = 0d;
        for (var i = 0; i < labels.Length; i++)
        {
            var squares = Enumerable.Range(0, 70)
                .Select(c => Distance.SquaredEuclidean(vectors.AsSpan(i * Dimension, Dimension), found.Centroids.Slice(c * Dimension, Dimension))).ToArray();
            Assert.Equal(squares.Min(), squares[labels[i]], 1e-4);
            inertia += squares.Min();
        }

        Assert.Equal(inertia, found.Inertia(vectors), 1e-3 * inertia);
    }

    [Fact]
    public void More_passes_never_widen_the_clusters()
    {
        var (vectors, _) = Clouds(20, 30, spread: 2);
        var before = double.PositiveInfinity;
        for (var passes = 1; passes <= 12; passes++)
        {
            var inertia = KMeans.Train(vectors, Dimension, new KMeansOptions { Clusters = 20, Iterations = passes, Tolerance = 0, Seed = 5 }).Inertia(vectors);
            Assert.True(inertia <= before * (1 + 1e-6), $"{inertia} after {passes} passes, {before} before");
            before = inertia;
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_centroids()
    {
        var (vectors, _) = Clouds(6, 20, spread: 1);
        var options = new KMeansOptions { Clusters = 6, Seed = 9 };
        Assert.Equal(KMeans.Train(vectors, Dimension, options).Centroids.ToArray(), KMeans.Train(vectors, Dimension, options).Centroids.ToArray());
    }

    [Fact]
    public void As_many_clusters_as_vectors_leave_no_distance_and_equal_vectors_do_no_harm()
    {
        var (vectors, _) = Clouds(1, 12, spread: 1);
        Assert.Equal(0, KMeans.Train(vectors, Dimension, new KMeansOptions { Clusters = 12 }).Inertia(vectors));
        Assert.Equal(0, KMeans.Train(new float[10 * Dimension], Dimension, new KMeansOptions { Clusters = 4 }).Inertia(new float[10 * Dimension]));
    }

    [Fact]
    public void What_cannot_be_clustered_is_refused()
    {
        Assert.Throws<ArgumentException>(() => KMeans.Train(new float[3], 1, new KMeansOptions { Clusters = 4 }));
        Assert.Throws<ArgumentException>(() => KMeans.Train(new float[3], 2, new KMeansOptions { Clusters = 1 }));
        Assert.Throws<ArgumentException>(() => KMeans.Train([float.NaN], 1, new KMeansOptions { Clusters = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => KMeans.Train([1], 1, new KMeansOptions { Clusters = 0 }));
    }

    private static (float[] Vectors, int[] Clouds) Clouds(int clouds, int each, double spread)
    {
        var random = new SeededRandom(4);
        var centres = Enumerable.Range(0, clouds * Dimension).Select(_ => 10 * random.NextGaussian()).ToArray();
        int[] labels = [.. Enumerable.Range(0, clouds * each).Select(_ => random.NextInt(clouds))];
        return ([.. labels.SelectMany(cloud => Enumerable.Range(0, Dimension).Select(i => (float)(centres[cloud * Dimension + i] + spread * random.NextGaussian())))], labels);
    }
}
