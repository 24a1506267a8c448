using Orrery.Statistics.Distances;
using Orrery.Statistics.Histograms;
using Orrery.Statistics.HypothesisTests;
using Orrery.Statistics.Sketches;

namespace Orrery.Statistics.Drift;

/// <summary>
/// One entry to every drift measure, over raw samples or over the histograms that a monitor keeps. An empty side gives
/// <see cref="Comparison.Undefined"/>. Thread-safe.
/// </summary>
public static class DriftComparison
{
    /// <summary>Quantile bins of the reference, where a measure over cells is asked of raw numeric samples.</summary>
    public const int DefaultBins = 10;

    /// <summary>
    /// Compares numeric samples. Measures over cells bin both by the reference's quantiles; values outside the reference's range and missing ones (NaN)
    /// are cells of their own. O(n log n).
    /// </summary>
    public static Comparison Between(DriftMeasure measure, ReadOnlySpan<double> reference, ReadOnlySpan<double> current, int bins = DefaultBins)
    {
        switch (measure)
        {
            case DriftMeasure.KolmogorovSmirnov:
                return KolmogorovSmirnov.Compare(reference, current);
            case DriftMeasure.MannWhitney:
                return MannWhitney.Compare(current, reference);
            case DriftMeasure.Wasserstein:
                var moments = new Moments();
                foreach (var value in reference)
                    if (double.IsFinite(value))
                        moments.Add(value);
                return InDeviations(SampleDistance.Wasserstein(reference, current), moments.PopulationStandardDeviation);
            case DriftMeasure.Energy:
                return Comparison.Distance(SampleDistance.Energy(reference, current));
            default:
                if (!reference.ContainsAnyInRange(double.MinValue, double.MaxValue) || current.IsEmpty)
                    return Comparison.Undefined;
                var edges = HistogramEdges.Quantiles(reference, bins);
                return OverCells(measure, Histogram.Of(reference, edges).Cells, Histogram.Of(current, edges).Cells);
        }
    }

    /// <summary>Compares histograms over equal edges. Axis measures leave missing rows out; for measures over cells missing is a cell. O(bins).</summary>
    /// <exception cref="ArgumentException">The edges differ.</exception>
    public static Comparison Between(DriftMeasure measure, Histogram reference, Histogram current)
    {
        HistogramDistance.RequireEqualEdges(reference, current);
        return measure switch
        {
            DriftMeasure.KolmogorovSmirnov => KolmogorovSmirnov.CompareOrderedCounts(reference.OrderedCells, current.OrderedCells),
            DriftMeasure.MannWhitney => MannWhitney.CompareOrderedCounts(current.OrderedCells, reference.OrderedCells),
            DriftMeasure.Wasserstein =>
                InDeviations(HistogramDistance.Wasserstein(reference, current), HistogramDistance.StandardDeviation(reference)),
            DriftMeasure.Energy => Comparison.Distance(HistogramDistance.Energy(reference, current)),
            _ => OverCells(measure, reference.Cells, current.Cells),
        };
    }

    /// <summary>Compares categorical histograms over the same vocabulary; other and missing are cells. O(categories).</summary>
    /// <exception cref="ArgumentException">The vocabularies differ, or the measure needs an order.</exception>
    public static Comparison Between(DriftMeasure measure, CategoryHistogram reference, CategoryHistogram current)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(current);
        if (!reference.HasSameVocabulary(current))
            throw new ArgumentException("Only histograms over the same vocabulary can be compared; build both from the reference window's.", nameof(current));
        return OverCells(measure, reference.Cells, current.Cells);
    }

    private static Comparison OverCells(DriftMeasure measure, ReadOnlySpan<long> reference, ReadOnlySpan<long> current) => measure switch
    {
        DriftMeasure.ChiSquare => ContingencyTest.ChiSquare(reference, current),
        DriftMeasure.GTest => ContingencyTest.GTest(reference, current),
        DriftMeasure.PopulationStability => Comparison.Distance(DiscreteDistance.PopulationStability(reference, current)),
        DriftMeasure.JensenShannon => Comparison.Distance(DiscreteDistance.JensenShannon(reference, current)),
        DriftMeasure.KullbackLeibler => Comparison.Distance(DiscreteDistance.KullbackLeibler(reference, current)),
        DriftMeasure.Hellinger => Comparison.Distance(DiscreteDistance.Hellinger(reference, current)),
        DriftMeasure.TotalVariation => Comparison.Distance(DiscreteDistance.TotalVariation(reference, current)),
        _ => throw new ArgumentException($"{measure} needs an ordered axis; a categorical column has none. Use chi-square, PSI or Jensen–Shannon.", nameof(measure)),
    };

    private static Comparison InDeviations(double distance, double deviation) =>
        new(distance, null, distance == 0 ? 0 : distance / deviation);
}
