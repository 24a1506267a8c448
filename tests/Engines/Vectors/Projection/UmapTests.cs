using Orrery.Statistics;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Projection;
using Orrery.Vectors.Projection.Manifold;
using Xunit;

namespace Orrery.Vectors.Tests.Projection;

public sealed class UmapTests
{
    private const int Neighbors = 10;

    /// <summary>Of twelve clouds in sixteen dimensions no plane shows all apart.</summary>
    [Fact]
    public void Neighbours_on_the_map_were_neighbours_before()
    {
        var (vectors, dimension) = Clouds(400, 12, seed: 1);
        var map = Umap.Draw(vectors, dimension, Metric.Euclidean, new UmapOptions { Epochs = 200 }, TestContext.Current.CancellationToken);
        var trust = Trustworthiness(vectors, dimension, map);
        Assert.True(trust >= 0.97, $"trustworthiness {trust}");
        var plane = Trustworthiness(vectors, dimension, Plane(vectors, dimension));
        Assert.True(trust > plane + 0.02, $"trustworthiness {trust}, on the plane of principal components {plane}");
    }

    [Fact]
    public void Clouds_that_lie_apart_lie_apart_on_the_map()
    {
        var (vectors, dimension) = Clouds(300, 6, seed: 2);
        var map = Umap.Draw(vectors, dimension, Metric.Cosine, new UmapOptions { Epochs = 200 }, TestContext.Current.CancellationToken);
        var ofTheirCloud = Enumerable.Range(0, 300).Count(i => Nearest(map, 2, i).First() % 6 == i % 6);
        Assert.True(ofTheirCloud >= 295, $"{ofTheirCloud} of 300");
    }

    [Fact]
    public void The_same_seed_draws_the_same_map()
    {
        var (vectors, dimension) = Clouds(80, 4, seed: 3);
        var options = new UmapOptions { Epochs = 30, Seed = 7, Components = 3 };
        Assert.Equal(Umap.Draw(vectors, dimension, Metric.Euclidean, options, TestContext.Current.CancellationToken), Umap.Draw(vectors, dimension, Metric.Euclidean, options, TestContext.Current.CancellationToken));
    }

    /// <summary>a and b of umap-learn's find_ab_params, which leaves them to scipy.optimize.curve_fit.</summary>
    [Theory]
    [InlineData(0.1, 1, 1.57694346, 0.89506088)]
    [InlineData(0.5, 1, 0.58303002, 1.33416699)]
    [InlineData(0.0, 1, 1.9328084, 0.79049497)]
    [InlineData(0.3, 2, 0.37949469, 0.94881522)]
    public void The_curve_is_the_one_that_SciPy_fits(double leastDistance, double spread, double a, double b)
    {
        var curve = MembershipCurve.Fit(leastDistance, spread);
        Assert.Equal(a, curve.A, 1e-4);
        Assert.Equal(b, curve.B, 1e-4);
    }

    [Fact]
    public void Equal_vectors_and_as_few_as_three_are_drawn()
    {
        Assert.All(Umap.Draw(new float[40], 2, Metric.Euclidean, cancellationToken: TestContext.Current.CancellationToken), value => Assert.True(float.IsFinite(value)));
        Assert.Equal(6, Umap.Draw([1, 0, 0, 1, 1, 1], 2, Metric.Cosine, cancellationToken: TestContext.Current.CancellationToken).Length);
    }

    [Fact]
    public void What_cannot_be_drawn_is_refused()
    {
        Assert.Contains("three", Assert.Throws<ArgumentException>(() => Umap.Draw([1, 2, 3, 4], 2, Metric.Euclidean)).Message);
        Assert.Throws<ArgumentException>(() => Umap.Draw([1, 2, 3, 4, 5, float.PositiveInfinity], 2, Metric.Euclidean));
        Assert.Throws<ArgumentOutOfRangeException>(() => Umap.Draw([1, 2, 3], 1, Metric.Euclidean));
        Assert.Throws<ArgumentOutOfRangeException>(() => Umap.Draw(new float[9], 3, Metric.Euclidean, new UmapOptions { Neighbors = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Umap.Draw(new float[9], 3, Metric.Euclidean, new UmapOptions { LeastDistance = 2 }));
        Assert.Throws<OperationCanceledException>(() => Umap.Draw(new float[9], 3, Metric.Euclidean, cancellationToken: new(canceled: true)));
    }

    /// <summary>Venna and Kaski 2001: 1, less what the ranks of false neighbours cost.</summary>
    private static double Trustworthiness(float[] vectors, int dimension, float[] map)
    {
        var (count, cost) = (map.Length / 2, 0d);
        for (var i = 0; i < count; i++)
        {
            var ranks = Nearest(vectors, dimension, i).Index().ToDictionary(one => one.Item, one => one.Index + 1);
            cost += Nearest(map, 2, i).Take(Neighbors).Sum(j => Math.Max(0, ranks[j] - Neighbors));
        }

        return 1 - (cost * 2 / (count * Neighbors * ((2.0 * count) - (3 * Neighbors) - 1)));
    }

    private static IEnumerable<int> Nearest(float[] vectors, int dimension, int of) => Enumerable.Range(0, vectors.Length / dimension).Where(i => i != of)
        .OrderBy(i => Distance.SquaredEuclidean<float>(vectors.AsSpan(of * dimension, dimension), vectors.AsSpan(i * dimension, dimension)));

    private static float[] Plane(float[] vectors, int dimension)
    {
        var components = PrincipalComponents.Fit(vectors, dimension, 2);
        var place = new double[2];
        return [.. Enumerable.Range(0, vectors.Length / dimension).SelectMany(i =>
        {
            components.Project(vectors.AsSpan(i * dimension, dimension), place);
            return place.Select(value => (float)value).ToArray();
        })];
    }

    private static (float[] Vectors, int Dimension) Clouds(int count, int clouds, ulong seed)
    {
        const int Dimension = 16;
        var random = new SeededRandom(seed);
        var centres = Enumerable.Range(0, clouds * Dimension).Select(_ => 3 * random.NextGaussian()).ToArray();
        return ([.. Enumerable.Range(0, count * Dimension).Select(i => (float)(centres[(i / Dimension % clouds * Dimension) + (i % Dimension)] + random.NextGaussian()))], Dimension);
    }
}
