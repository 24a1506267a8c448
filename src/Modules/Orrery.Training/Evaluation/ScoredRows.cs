using Orrery.Statistics.Metrics;

namespace Orrery.Training.Evaluation;

/// <summary>Labels and scores of the same rows.</summary>
internal sealed record ScoredRows(bool[] Labels, double[] Scores)
{
    public BinaryScores Metrics { get; } = new(Labels, Scores);

    public static ScoredRows Of(IEnumerable<float> labels, IEnumerable<double> scores) => new([.. labels.Select(l => l > 0)], [.. scores]);

    /// <summary>The metrics as evidence, their names below <paramref name="part"/>.</summary>
    public IEnumerable<KeyValuePair<string, double>> Evidence(string part)
    {
        yield return new($"{part}.{EvidenceNames.Auc}", Metrics.RocAuc());
        yield return new($"{part}.{EvidenceNames.AveragePrecision}", Metrics.AveragePrecision());
        yield return new($"{part}.{EvidenceNames.LogLoss}", Metrics.LogLoss());
        yield return new($"{part}.{EvidenceNames.Brier}", Metrics.Brier());
        yield return new($"{part}.{EvidenceNames.CalibrationError}", Calibration.ExpectedError(Metrics));
        yield return new($"{part}.{EvidenceNames.Rows}", Metrics.Rows);
        yield return new($"{part}.{EvidenceNames.PositiveRate}", Metrics.PositiveWeight / Metrics.TotalWeight);
    }
}
