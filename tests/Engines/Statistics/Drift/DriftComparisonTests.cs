using Orrery.Statistics.Drift;
using Orrery.Statistics.Histograms;
using Xunit;

namespace Orrery.Statistics.Tests.Drift;

public sealed class DriftComparisonTests
{
    private static readonly double[] Reference = Normal(1, 0, 4000);
    private static readonly double[] Same = Normal(2, 0, 3000);
    private static readonly double[] Shifted = Normal(3, 0.8, 3000);

    public static TheoryData<DriftMeasure> Measures => [.. Enum.GetValues<DriftMeasure>()];

    [Theory]
    [MemberData(nameof(Measures))]
    public void Every_measure_sees_a_shift_in_samples_and_in_histograms(DriftMeasure measure)
    {
        var edges = HistogramEdges.Quantiles(Reference, 20);
        var reference = Histogram.Of(Reference, edges);
        var calm = DriftComparison.Between(measure, Reference, Same);
        var shift = DriftComparison.Between(measure, Reference, Shifted);
        var calmHistogram = DriftComparison.Between(measure, reference, Histogram.Of(Same, edges));
        var shiftHistogram = DriftComparison.Between(measure, reference, Histogram.Of(Shifted, edges));
        Assert.True(shift.EffectSize > 4 * Math.Abs(calm.EffectSize), $"{shift} against {calm}");
        Assert.True(shiftHistogram.EffectSize > 4 * Math.Abs(calmHistogram.EffectSize), $"{shiftHistogram} against {calmHistogram}");
        Assert.True(shift.PValue is null or < 1e-10);
        Assert.True(calm.PValue is null or > 0.001);
    }

    [Theory]
    [MemberData(nameof(Measures))]
    public void An_empty_window_is_undefined_and_no_drift(DriftMeasure measure)
    {
        var edges = HistogramEdges.Uniform(0, 1, 4);
        Assert.False(DriftComparison.Between(measure, Reference, []).IsDefined);
        Assert.False(DriftComparison.Between(measure, [], Reference).IsDefined);
        Assert.False(DriftComparison.Between(measure, Histogram.Of([0.5], edges), new Histogram(edges)).IsDefined);
    }

    [Fact]
    public void Missing_rows_are_a_cell_of_their_own()
    {
        double[] holes = [.. Reference.Select((x, i) => i % 2 == 0 ? double.NaN : x)];
        Assert.True(DriftComparison.Between(DriftMeasure.PopulationStability, Reference, holes).EffectSize > 1);
    }

    [Fact]
    public void A_categorical_column_has_no_axis()
    {
        var a = CategoryHistogram.FromCells(["x", "y"], [5, 5, 0, 0]);
        var b = CategoryHistogram.FromCells(["x", "y"], [9, 1, 0, 0]);
        Assert.Equal(0.4, DriftComparison.Between(DriftMeasure.TotalVariation, a, b).Statistic, 1e-12);
        var refused = Assert.Throws<ArgumentException>(() => DriftComparison.Between(DriftMeasure.KolmogorovSmirnov, a, b));
        Assert.Contains("chi-square", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wasserstein_effect_is_in_deviations_of_the_reference() =>
        Assert.Equal(0.8, DriftComparison.Between(DriftMeasure.Wasserstein, Reference, Shifted).EffectSize, 0.06);

    private static double[] Normal(ulong seed, double mean, int count)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, count).Select(_ => mean + random.NextGaussian())];
    }
}
