using Orrery.Engines.Tests;
using Orrery.Statistics;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Projection;
using Xunit;

namespace Orrery.Vectors.Tests.Projection;

public sealed class RandomProjectionTests
{
    private const int Dimension = 2_000;
    private const double Distortion = 0.4;

    public static TheoryData<double> Densities => [0, 1 / 3.0, 0.02];

    /// <summary>Johnson and Lindenstrauss' promise, of all pairs of 40 points.</summary>
    [Theory]
    [MemberData(nameof(Densities))]
    public void Squared_distances_are_kept_up_to_the_distortion(double density)
    {
        var random = new SeededRandom(1);
        var components = RandomProjection.LeastComponents(40, Distortion);
        var projection = Draw(density, Dimension, components);
        var points = Enumerable.Range(0, 40).Select(_ => Enumerable.Range(0, Dimension).Select(_ => (float)random.NextGaussian()).ToArray()).ToArray();
        var places = Array.ConvertAll(points, point => Place(projection, point));
        for (var i = 0; i < points.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var ratio = Distance.SquaredEuclidean<float>(places[i], places[j]) / Distance.SquaredEuclidean<float>(points[i], points[j]);
                Assert.InRange(ratio, 1 - Distortion, 1 + Distortion);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Densities))]
    public void It_is_linear_and_the_same_for_the_same_seed(double density)
    {
        var (first, second) = (Draw(density, 50, 7), Draw(density, 50, 7));
        var random = new SeededRandom(2);
        float[] x = [.. Enumerable.Range(0, 50).Select(_ => (float)random.NextGaussian())], y = [.. Enumerable.Range(0, 50).Select(_ => (float)random.NextGaussian())];
        var sum = Place(first, [.. x.Zip(y, (a, b) => (2 * a) - b)]);
        foreach (var (expected, (a, b)) in sum.Zip(Place(second, x).Zip(Place(second, y))))
            Assert.Equal(expected, (2 * a) - b, 1e-4);
    }

    [Fact]
    public void The_least_number_of_components_is_that_of_scikit_learn_rounded_up()
    {
        foreach (var golden in Golden.Load("Vectors", "vectors.json").GetProperty("JohnsonLindenstrauss").EnumerateArray())
        {
            // scikit-learn rounds down, one below what the bound asks for.
            Assert.Equal(golden.GetProperty("Components").GetInt32() + 1, RandomProjection.LeastComponents(golden.GetProperty("Points").GetInt64(), golden.GetProperty("Distortion").GetDouble()));
        }

        Assert.Equal(1, RandomProjection.LeastComponents(1, 0.5));
    }

    [Fact]
    public void What_makes_no_matrix_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomProjection.Gaussian(0, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomProjection.Sparse(3, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomProjection.Sparse(3, 3, density: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomProjection.LeastComponents(10, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomProjection.LeastComponents(10, 1e-6));
        Assert.Throws<ArgumentException>(() => RandomProjection.Gaussian(3, 2).Project([1, 2], new float[2]));
    }

    private static RandomProjection Draw(double density, int dimension, int components) =>
        density == 0 ? RandomProjection.Gaussian(dimension, components, seed: 4) : RandomProjection.Sparse(dimension, components, density, seed: 4);

    private static float[] Place(RandomProjection projection, float[] point)
    {
        var place = new float[projection.Components];
        projection.Project(point, place);
        return place;
    }
}
