using Orrery.Monitoring.Monitors;
using Orrery.Monitoring.References;
using Orrery.Statistics;
using Orrery.Statistics.Drift;
using Orrery.Statistics.Histograms;
using Orrery.Statistics.HypothesisTests;

namespace Orrery.Monitoring.Drift;

/// <summary>Compares the counts of a window with those of the reference.</summary>
internal static class DriftAnalysis
{
    /// <summary>What drifted, and the counts side by side.</summary>
    public static (WindowDrift Drift, IReadOnlyList<FeatureHistogram> Histograms) Compare(DriftSpec spec, WindowSample sample, FeatureReference? score, string? note)
    {
        var (features, histograms) = (new List<FeatureDrift>(), new List<FeatureHistogram>());
        foreach (var (reference, _, numbers, texts) in sample.Features)
        {
            features.Add(numbers is not null ? Numeric(spec.NumericMethod, reference, numbers) : Categorical(spec.CategoricalMethod, reference, texts!));
            histograms.Add(new(reference.Name, reference.Edges, reference.Categories, [.. numbers is not null ? numbers.Cells : texts!.Cells], reference.Cells));
        }

        if (score is not null)
        {
            var scores = score.EmptyHistogram();
            foreach (var value in sample.Scores)
                scores.Add(FeatureReference.Rounded(value));
            features.Add(Numeric(spec.NumericMethod, score, scores));
            histograms.Add(new(score.Name, score.Edges, null, [.. scores.Cells], score.Cells));
        }

        var adjusted = MultipleTesting.Adjust([.. features.Select(f => f.PValue)], spec.Correction);
        for (var i = 0; i < features.Count; i++)
        {
            // A comparison with NaN is false: what could not be compared has not drifted.
            var drifted = features[i].Distance >= features[i].Threshold && adjusted[i] <= spec.Alpha;
            features[i] = features[i] with { AdjustedPValue = adjusted[i], Drifted = drifted };
        }

        return (new(features.Count > 0, note, features, features.Count(f => f.Drifted) >= spec.MinFeatures), histograms);
    }

    private static FeatureDrift Numeric(DriftMethodSpec method, FeatureReference reference, Histogram window)
    {
        var before = Histogram.FromCells(window.Edges, [.. reference.Cells]);
        var comparison = DriftComparison.Between(Measure(method.Method), before, window);
        var p = comparison.PValue ?? (method.Method == DriftMethod.Wasserstein
            ? DriftComparison.Between(DriftMeasure.KolmogorovSmirnov, before, window).PValue
            : null);
        return Result(reference, method, comparison, p, window.Cells, window.Missing, window.Underflow + window.Overflow);
    }

    private static FeatureDrift Categorical(DriftMethodSpec method, FeatureReference reference, CategoryHistogram window)
    {
        var comparison = DriftComparison.Between(Measure(method.Method), CategoryHistogram.FromCells(reference.Categories!, [.. reference.Cells]), window);
        return Result(reference, method, comparison, null, window.Cells, window.Missing, window.Other);
    }

    private static FeatureDrift Result(
        FeatureReference reference, DriftMethodSpec method, Comparison comparison, double? p, ReadOnlySpan<long> cells, long missing, long outside)
    {
        var total = 0L;
        foreach (var cell in cells)
            total += cell;
        var all = reference.Cells.Sum();
        // The asymptotic chi-square over the raw cells would find a single row in a cell that the reference left empty most significant.
        if (method.Method is not (DriftMethod.Ks or DriftMethod.Wasserstein))
        {
            var (before, now) = PooledCells.Of([.. reference.Cells], cells);
            p = comparison.IsDefined ? ContingencyTest.ChiSquare(before, now).PValue : null;
        }

        return new(
            reference.Name, reference.Type, method.Method, comparison.EffectSize, method.Limit, p ?? double.NaN, double.NaN, false, Share(missing, total),
            Share(reference.Cells[^1], all), Share(outside, total));
    }

    private static double Share(long part, long all) => all == 0 ? double.NaN : (double)part / all;

    private static DriftMeasure Measure(DriftMethod method) => method switch
    {
        DriftMethod.Psi => DriftMeasure.PopulationStability,
        DriftMethod.Ks => DriftMeasure.KolmogorovSmirnov,
        DriftMethod.Wasserstein => DriftMeasure.Wasserstein,
        DriftMethod.JensenShannon => DriftMeasure.JensenShannon,
        DriftMethod.Chi2 => DriftMeasure.ChiSquare,
        DriftMethod.Hellinger => DriftMeasure.Hellinger,
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "Unknown method."),
    };
}
