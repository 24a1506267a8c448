namespace Orrery.Training.Evaluation;

/// <summary>The names of what a training measures. Part is <c>validation</c>, <c>test</c>, <c>baseline.test</c> or <c>champion.test</c>.</summary>
public static class EvidenceNames
{
    /// <summary><c>{part}.auc</c>: area under the ROC curve; higher is better.</summary>
    public const string Auc = "auc";

    /// <summary><c>{part}.average_precision</c>: area under the precision–recall steps; higher is better.</summary>
    public const string AveragePrecision = "average_precision";

    /// <summary><c>{part}.logloss</c>: in nats; lower is better.</summary>
    public const string LogLoss = "logloss";

    /// <summary><c>{part}.brier</c>: lower is better.</summary>
    public const string Brier = "brier";

    /// <summary><c>{part}.ece</c>: expected calibration error over ten bins; lower is better.</summary>
    public const string CalibrationError = "ece";

    /// <summary><c>{part}.rows</c>.</summary>
    public const string Rows = "rows";

    /// <summary><c>{part}.positive_rate</c>: the share of rows with label 1.</summary>
    public const string PositiveRate = "positive_rate";

    /// <summary>Largest difference of the AUC between groups; lower is better, NaN with fewer than two groups that are large enough.</summary>
    public const string AucGap = "fairness.auc.gap";

    /// <summary>Largest difference of the calibration error between groups.</summary>
    public const string CalibrationGap = "fairness.ece.gap";

    /// <summary>Largest difference of the share of positives that are found (equal opportunity).</summary>
    public const string TruePositiveRateGap = "fairness.tpr.gap";

    /// <summary>Largest difference of the share of rows that are called positive (demographic parity).</summary>
    public const string SelectionRateGap = "fairness.selection.gap";

    /// <summary>Groups that were compared.</summary>
    public const string Groups = "fairness.groups";

    /// <summary>Median time of a prediction of one row through ONNX, in milliseconds.</summary>
    public const string LatencyMedian = "latency.p50.ms";

    /// <summary>The time that 99 of 100 such predictions stay below.</summary>
    public const string LatencyP99 = "latency.p99.ms";

    /// <summary>Largest difference between a score through ONNX and through the learner's own code, over the test rows.</summary>
    public const string OnnxDifference = "onnx.max_difference";

    /// <summary>How many of the checked rows got another score alone than among others, to the last bit.</summary>
    public const string OnnxBatchMismatches = "onnx.batch_mismatches";

    /// <summary>What is measured by the clock and so differs between runs of the same training.</summary>
    internal static bool IsTiming(string name) => name.StartsWith("latency.", StringComparison.Ordinal);

    /// <summary>What the same training gives again: neither timing nor the champion that there happens to be.</summary>
    internal static bool IsRepeatable(string name) => !IsTiming(name) && !name.StartsWith("champion.", StringComparison.Ordinal);
}
