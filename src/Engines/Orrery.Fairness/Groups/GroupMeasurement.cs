using System.Runtime.InteropServices;
using Orrery.Statistics;
using Orrery.Statistics.Intervals;
using Orrery.Statistics.Metrics;

namespace Orrery.Fairness.Groups;

/// <summary>Measures one group.</summary>
internal static class GroupMeasurement
{
    public static GroupReport Measure(string name, GroupColumns rows, FairnessOptions options)
    {
        var labels = CollectionsMarshal.AsSpan(rows.Labels);
        var scores = CollectionsMarshal.AsSpan(rows.Scores);
        var weights = CollectionsMarshal.AsSpan(rows.Weights);
        var binary = new BinaryScores(labels, scores, weights);
        var confusion = binary.Confusion(options.Threshold);
        var counted = OutcomeCounts.Of(labels, scores, weights, options.Threshold);
        var (tp, fp, tn, fn) = (counted.TruePositives, counted.FalsePositives, counted.TrueNegatives, counted.FalseNegatives);
        var metrics = new Dictionary<GroupMetric, GroupValue>
        {
            [GroupMetric.SelectionRate] = Rate(tp + fp, tn + fn, options),
            [GroupMetric.TruePositiveRate] = Rate(tp, fn, options),
            [GroupMetric.FalsePositiveRate] = Rate(fp, tn, options),
            [GroupMetric.FalseNegativeRate] = Rate(fn, tp, options),
            [GroupMetric.Precision] = Rate(tp, fp, options),
            [GroupMetric.Accuracy] = Rate(tp + tn, fp + fn, options),
            [GroupMetric.BaseRate] = Rate(tp + fn, fp + tn, options),
            [GroupMetric.RocAuc] = Ranked(binary, labels, scores, weights, options),
            [GroupMetric.CalibrationError] = new GroupValue(
                labels.Length < options.MinimumGroupSize ? double.NaN : Calibration.ExpectedError(binary, options.CalibrationBins),
                Interval.Undefined, labels.Length),
        };
        return new GroupReport(name, labels.Length, binary.TotalWeight, confusion, metrics);
    }

    private static GroupValue Rate(OutcomeCount hits, OutcomeCount misses, FairnessOptions options)
    {
        var all = hits + misses;
        if (all.Rows < options.MinimumGroupSize || all.Weight == 0)
            return new GroupValue(double.NaN, Interval.Undefined, all.Rows);
        var rate = hits.Weight / all.Weight;
        // Kish's effective sample size: as many unweighted rows as would give the same variance.
        var effective = all.Weight * all.Weight / all.SquaredWeight;
        return new GroupValue(rate, ProportionInterval.Wilson(Math.Min(rate * effective, effective), effective, options.Confidence), all.Rows);
    }

    private static GroupValue Ranked(
        BinaryScores binary, ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights, FairnessOptions options)
    {
        if (labels.Length < options.MinimumGroupSize)
            return new GroupValue(double.NaN, Interval.Undefined, labels.Length);
        return new GroupValue(
            binary.RocAuc(), weights.IsEmpty ? DeLong.AucInterval(labels, scores, options.Confidence) : Interval.Undefined, labels.Length);
    }
}
