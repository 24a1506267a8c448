using Orrery.Monitoring.Monitors;
using Orrery.Statistics;
using Orrery.Statistics.Intervals;
using Orrery.Statistics.Metrics;

namespace Orrery.Monitoring.Performance;

/// <summary>
/// A metric of some rows with its confidence interval: of a mean of losses by the normal approximation, of an AUC by DeLong's variance, of the calibration error by
/// bootstrap.
/// </summary>
internal static class MetricEstimate
{
    private const int CalibrationBins = 10;
    private static readonly Interval None = Interval.Undefined;

    public static bool NeedsClasses(PerformanceMetric metric) => metric is not (PerformanceMetric.Rmse or PerformanceMetric.Mae);

    /// <summary>As the trainers call it in a model's evaluation: <c>test.logloss</c>.</summary>
    public static string EvidenceName(PerformanceMetric metric) => metric switch
    {
        PerformanceMetric.LogLoss => "test.logloss",
        PerformanceMetric.Auc => "test.auc",
        PerformanceMetric.Brier => "test.brier",
        PerformanceMetric.Ece => "test.ece",
        PerformanceMetric.Rmse => "test.rmse",
        _ => "test.mae",
    };

    public static (double Value, Interval Interval) Of(PerformanceMetric metric, JudgedRows rows, double confidence)
    {
        if (rows.Scores.Length == 0 || (NeedsClasses(metric) && !rows.IsBinary))
            return (double.NaN, None);
        switch (metric)
        {
            case PerformanceMetric.Auc:
                {
                    var labels = Array.ConvertAll(rows.Labels, label => label > 0);
                    return (new BinaryScores(labels, rows.Scores).RocAuc(), DeLong.AucInterval(labels, rows.Scores, confidence));
                }

            case PerformanceMetric.Ece:
                return CalibrationError(rows, confidence);
            case PerformanceMetric.Rmse:
                {
                    var (mean, interval) = Mean(rows, Loss(metric), confidence);
                    return (Math.Sqrt(mean), new(Math.Sqrt(Math.Max(0, interval.Lower)), Math.Sqrt(interval.Upper)));
                }

            default:
                return Mean(rows, Loss(metric), confidence);
        }
    }

    private static Func<double, double, double> Loss(PerformanceMetric metric) => metric switch
    {
        PerformanceMetric.LogLoss => LogLoss,
        PerformanceMetric.Mae => (score, label) => Math.Abs(score - label),
        _ => (score, label) => (score - label) * (score - label),
    };

    // Kept 2⁻⁵² away from 0 and 1, as BinaryScores does; a score that is no probability has no log loss.
    private static double LogLoss(double score, double label)
    {
        const double Nearest = 2.220446049250313e-16;
        if (score is < 0 or > 1)
            return double.NaN;
        var p = Math.Clamp(score, Nearest, 1 - Nearest);
        return label > 0 ? -Math.Log(p) : -Math.Log(1 - p);
    }

    private static (double, Interval) Mean(JudgedRows rows, Func<double, double, double> loss, double confidence)
    {
        var moments = new Statistics.Sketches.Moments();
        for (var i = 0; i < rows.Scores.Length; i++)
            moments.Add(loss(rows.Scores[i], rows.Labels[i]));
        var half = StandardNormal.Quantile(0.5 + confidence / 2) * moments.StandardDeviation / Math.Sqrt(moments.Count);
        return (moments.Mean, double.IsNaN(half) ? None : new(moments.Mean - half, moments.Mean + half));
    }

    private static (double, Interval) CalibrationError(JudgedRows rows, double confidence)
    {
        if (rows.Scores.Any(score => score is < 0 or > 1))
            return (double.NaN, None);
        var bins = Array.ConvertAll(rows.Scores, score => Math.Min(CalibrationBins - 1, (int)(score * CalibrationBins)));
        double Error(ReadOnlySpan<int> drawn)
        {
            // Σ over bins of |Σ score − Σ label|, by rows: the weights of the bins cancel.
            Span<double> gaps = stackalloc double[CalibrationBins];
            foreach (var row in drawn)
                gaps[bins[row]] += rows.Scores[row] - rows.Labels[row];
            var sum = 0.0;
            foreach (var gap in gaps)
                sum += Math.Abs(gap);
            return sum / drawn.Length;
        }

        // At most 20 million draws: 0.1 s on one core, whatever the window holds.
        var resamples = Math.Clamp(20_000_000 / rows.Scores.Length, 100, 1000);
        var interval = Bootstrap.Percentile(rows.Scores.Length, Error, new() { Confidence = confidence, Resamples = resamples });
        return (Error([.. Enumerable.Range(0, rows.Scores.Length)]), interval);
    }
}
