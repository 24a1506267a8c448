using Orrery.Kernel;

namespace Orrery.Statistics.Metrics;

/// <summary>Which way a metric gets better.</summary>
public enum MetricDirection
{
    /// <summary>As AUC.</summary>
    HigherIsBetter,

    /// <summary>As a loss.</summary>
    LowerIsBetter,
}

/// <summary>What a metric measures.</summary>
public enum MetricTask
{
    /// <summary>Labels true or false, and a score.</summary>
    BinaryClassification,

    /// <summary>Numbers.</summary>
    Regression,
}

/// <summary>A metric's name, as it is written in YAML and stored with a run, and which way it is better.</summary>
/// <param name="Name">snake_case, unique.</param>
/// <param name="Title">For people.</param>
/// <param name="Task">What it applies to.</param>
/// <param name="Direction">Which way is better.</param>
public sealed record MetricDescriptor(string Name, string Title, MetricTask Task, MetricDirection Direction)
{
    /// <summary>
    /// How much better <paramref name="candidate"/> is than <paramref name="baseline"/>: positive is better whichever way the metric points. NaN if either is.
    /// </summary>
    public double Improvement(double candidate, double baseline) =>
        Direction == MetricDirection.HigherIsBetter ? candidate - baseline : baseline - candidate;
}

/// <summary>Every metric of this engine by name.</summary>
public static class MetricCatalogue
{
    /// <summary>All metrics, in a fixed order.</summary>
    public static IReadOnlyList<MetricDescriptor> All { get; } =
    [
        Binary("roc_auc", "ROC AUC", MetricDirection.HigherIsBetter),
        Binary("average_precision", "Average precision", MetricDirection.HigherIsBetter),
        Binary("log_loss", "Log loss", MetricDirection.LowerIsBetter),
        Binary("brier", "Brier score", MetricDirection.LowerIsBetter),
        Binary("calibration_error", "Expected calibration error", MetricDirection.LowerIsBetter),
        Binary("accuracy", "Accuracy", MetricDirection.HigherIsBetter),
        Binary("precision", "Precision", MetricDirection.HigherIsBetter),
        Binary("recall", "Recall", MetricDirection.HigherIsBetter),
        Binary("f1", "F1", MetricDirection.HigherIsBetter),
        Binary("mcc", "Matthews correlation", MetricDirection.HigherIsBetter),
        Regression("rmse", "Root mean squared error", MetricDirection.LowerIsBetter),
        Regression("mae", "Mean absolute error", MetricDirection.LowerIsBetter),
        Regression("r2", "R²", MetricDirection.HigherIsBetter),
        Regression("mape", "Mean absolute percentage error", MetricDirection.LowerIsBetter),
    ];

    /// <summary>The metric of that name.</summary>
    /// <exception cref="NotFoundException">There is none; the message names the nearest.</exception>
    public static MetricDescriptor Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var found = All.FirstOrDefault(m => m.Name == name);
        if (found is not null)
            return found;
        var nearest = NearestName.Of(name, All.Select(m => m.Name));
        throw new NotFoundException($"There is no metric '{name}'." + (nearest is null ? $" Known are {string.Join(", ", All.Select(m => m.Name))}." : $" Did you mean '{nearest}'?"));
    }

    private static MetricDescriptor Binary(string name, string title, MetricDirection direction) =>
        new(name, title, MetricTask.BinaryClassification, direction);

    private static MetricDescriptor Regression(string name, string title, MetricDirection direction) =>
        new(name, title, MetricTask.Regression, direction);
}
