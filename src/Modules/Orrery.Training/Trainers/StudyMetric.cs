using Orrery.Kernel;
using Orrery.Statistics.Metrics;

namespace Orrery.Training.Trainers;

/// <summary>A metric that can steer a study and early stopping, by its name in the metric catalogue.</summary>
/// <param name="Name">In the metric catalogue.</param>
/// <param name="LightGbmName">LightGBM's name of the same.</param>
/// <param name="Short">As evidence: <c>validation.auc</c>.</param>
internal sealed record StudyMetric(string Name, string LightGbmName, string Short)
{
    private static readonly StudyMetric[] All =
    [
        new("roc_auc", "auc", "auc"),
        new("average_precision", "average_precision", "average_precision"),
        new("log_loss", "binary_logloss", "logloss"),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(m => m.Name)];

    public MetricDirection Direction => MetricCatalogue.Find(Name).Direction;

    public static StudyMetric Find(string name) => Array.Find(All, m => m.Name == name)
        ?? throw new InvalidException($"There is no metric '{name}' for tuning; expected one of {string.Join(", ", Names)}.");

    public double Of(BinaryScores scores) => Name switch
    {
        "average_precision" => scores.AveragePrecision(),
        "log_loss" => scores.LogLoss(),
        _ => scores.RocAuc(),
    };
}
