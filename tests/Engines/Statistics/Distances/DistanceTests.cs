using CsCheck;
using Orrery.Engines.Tests;
using Orrery.Statistics.Distances;
using Orrery.Statistics.Histograms;
using Xunit;

namespace Orrery.Statistics.Tests.Distances;

public sealed class DistanceTests
{
    private static readonly Gen<long[]> Table = Gen.Long[0, 50].Array[6].Where(t => t.Sum() > 0);

    [Fact]
    public void Discrete_distances_equal_SciPy()
    {
        foreach (var golden in Golden.Load("Statistics", "statistics.json").GetProperty("tables").EnumerateArray())
        {
            var (a, b) = (golden.Counts("first"), golden.Counts("second"));
            Golden.Same(golden.Double("js"), DiscreteDistance.JensenShannon(a, b), 1e-10, "JS");
            Golden.Same(golden.Double("tv"), DiscreteDistance.TotalVariation(a, b), 1e-12, "TV");
            Golden.Same(golden.Double("hellinger"), DiscreteDistance.Hellinger(a, b), 1e-12, "Hellinger");
            Golden.Same(golden.Double("kl"), DiscreteDistance.KullbackLeibler(a, b), 1e-10, "KL");
            Golden.Same(golden.Double("psi"), DiscreteDistance.PopulationStability(a, b), 1e-10, "PSI");
        }
    }

    [Fact]
    public void Sample_distances_equal_SciPy()
    {
        foreach (var golden in Golden.Load("Statistics", "statistics.json").GetProperty("samples").EnumerateArray())
        {
            var (a, b) = (golden.Doubles("first"), golden.Doubles("second"));
            Golden.Same(golden.Double("wasserstein"), SampleDistance.Wasserstein(a, b), 1e-10, "Wasserstein");
            Golden.Same(golden.Double("energy"), SampleDistance.Energy(a, b), 1e-10, "energy");
        }
    }

    [Fact]
    public void Metrics_are_symmetric_bounded_and_keep_the_triangle_inequality() => Gen.Select(Table, Table, Table).Sample((a, b, c) =>
    {
        foreach (var distance in new Func<long[], long[], double>[]
        {
            (x, y) => DiscreteDistance.JensenShannon(x, y), (x, y) => DiscreteDistance.Hellinger(x, y), (x, y) => DiscreteDistance.TotalVariation(x, y),
        })
        {
            Assert.InRange(distance(a, b), 0, 1);
            Assert.Equal(distance(a, b), distance(b, a), 1e-12);
            Assert.Equal(0, distance(a, a), 1e-7);
            Assert.True(distance(a, c) <= distance(a, b) + distance(b, c) + 1e-9);
        }
    });

    [Fact]
    public void Disjoint_tables_are_at_the_largest_distance()
    {
        Assert.Equal(1, DiscreteDistance.JensenShannon([3, 0], [0, 5]), 1e-12);
        Assert.Equal(1, DiscreteDistance.TotalVariation([3, 0], [0, 5]), 1e-12);
        Assert.True(double.IsFinite(DiscreteDistance.PopulationStability([3, 0], [0, 5])));
    }

    [Fact]
    public void A_shift_moves_Wasserstein_by_itself() => Gen.Select(Gen.Double[-10, 10].Array[1, 30], Gen.Double[-5, 5]).Sample((a, shift) =>
        Assert.Equal(Math.Abs(shift), SampleDistance.Wasserstein(a, [.. a.Select(x => x + shift)]), 1e-9));

    [Fact]
    public void Histogram_distances_approach_the_samples()
    {
        var random = new SeededRandom(1);
        double[] a = [.. Enumerable.Range(0, 20_000).Select(_ => random.NextGaussian())];
        double[] b = [.. Enumerable.Range(0, 20_000).Select(_ => 0.5 + 1.5 * random.NextGaussian())];
        var edges = HistogramEdges.Uniform(-8, 8, 200);
        var (first, second) = (Histogram.Of(a, edges), Histogram.Of(b, edges));
        Assert.Equal(SampleDistance.Wasserstein(a, b), HistogramDistance.Wasserstein(first, second), 0.005);
        Assert.Equal(SampleDistance.Energy(a, b), HistogramDistance.Energy(first, second), 0.005);
    }

    [Fact]
    public void An_empty_side_has_no_distance()
    {
        Assert.True(double.IsNaN(SampleDistance.Wasserstein([double.NaN], [1])));
        Assert.True(double.IsNaN(DiscreteDistance.Hellinger([0, 0], [1, 1])));
        var edges = HistogramEdges.Uniform(0, 1, 2);
        Assert.True(double.IsNaN(HistogramDistance.Wasserstein(new Histogram(edges), Histogram.Of([0.5], edges))));
    }
}
