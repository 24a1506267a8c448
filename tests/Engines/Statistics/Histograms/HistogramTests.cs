using CsCheck;
using Orrery.Statistics.Histograms;
using Xunit;

namespace Orrery.Statistics.Tests.Histograms;

public sealed class HistogramTests
{
    private static readonly HistogramEdges Edges = new(0, 1, 2.5, 10);

    [Fact]
    public void Every_value_has_its_cell()
    {
        var histogram = Histogram.Of([-1, 0, 0.99, 1, 2.5, 10, 10.1, double.NaN, double.PositiveInfinity, double.NegativeInfinity], Edges);
        Assert.Equal([2, 2, 1, 2, 2, 1], histogram.Cells.ToArray());
        Assert.Equal((2, 2, 1, 10, 9), (histogram.Underflow, histogram.Overflow, histogram.Missing, histogram.Total, histogram.Count));
    }

    [Fact]
    public void Merging_parts_equals_counting_the_whole() => Gen.Select(Gen.Double[-2, 12].Array, Gen.Double[-2, 12].Array).Sample((a, b) =>
    {
        var merged = Histogram.Of(a, Edges);
        merged.Merge(Histogram.Of(b, Edges));
        Assert.Equal(Histogram.Of([.. a, .. b], Edges).Cells.ToArray(), merged.Cells.ToArray());
    });

    [Fact]
    public void Cells_survive_a_round_trip()
    {
        var histogram = Histogram.Of([1, 2, 3, double.NaN], Edges);
        Assert.Equal(histogram.Cells.ToArray(), Histogram.FromCells(Edges, histogram.Cells).Cells.ToArray());
        Assert.Throws<ArgumentException>(() => Histogram.FromCells(Edges, [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Histogram.FromCells(Edges, [1, 2, 3, -1, 0, 0]));
    }

    [Fact]
    public void Histograms_over_other_edges_do_not_merge() =>
        Assert.Throws<ArgumentException>(() => new Histogram(Edges).Merge(new Histogram(HistogramEdges.Uniform(0, 1, 3))));

    [Theory]
    [InlineData(1.0)]
    [InlineData(1.0, 1.0)]
    [InlineData(2.0, 1.0)]
    [InlineData(0.0, double.NaN)]
    [InlineData(0.0, double.PositiveInfinity)]
    public void Edges_are_finite_and_ascend(params double[] edges) => Assert.Throws<ArgumentException>(() => new HistogramEdges(edges));

    [Fact]
    public void Quantile_edges_part_the_sample_evenly()
    {
        double[] sample = [.. Enumerable.Range(0, 1000).Select(i => (double)i)];
        var histogram = Histogram.Of(sample, HistogramEdges.Quantiles(sample, 10));
        Assert.Equal(10, histogram.Bins.Length);
        Assert.All(histogram.Bins.ToArray(), count => Assert.InRange(count, 99, 101));
        Assert.Equal(0, histogram.Underflow + histogram.Overflow);
    }

    [Fact]
    public void A_constant_sample_gets_one_bin()
    {
        var histogram = Histogram.Of([7, 7, 7], HistogramEdges.Quantiles([7, 7, 7], 10));
        Assert.Equal([3], histogram.Bins.ToArray());
    }

    [Fact]
    public void Categories_beyond_the_vocabulary_are_other()
    {
        var histogram = new CategoryHistogram(["a", "b"]);
        foreach (var category in new[] { "a", "b", "b", "z", null })
            histogram.Add(category);
        Assert.Equal([1, 2, 1, 1], histogram.Cells.ToArray());
        var merged = CategoryHistogram.FromCells(["a", "b"], histogram.Cells);
        merged.Merge(histogram);
        Assert.Equal([2, 4, 2, 2], merged.Cells.ToArray());
        Assert.Throws<ArgumentException>(() => merged.Merge(new CategoryHistogram(["b", "a"])));
        Assert.Throws<ArgumentException>(() => new CategoryHistogram(["a", "a"]));
    }
}
