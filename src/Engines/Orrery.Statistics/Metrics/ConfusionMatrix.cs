namespace Orrery.Statistics.Metrics;

/// <summary>
/// Weights of the four outcomes at one threshold. A rate without denominator is NaN: precision where nothing was predicted positive is unknown, not 0.
/// </summary>
public readonly record struct ConfusionMatrix(double TruePositives, double FalsePositives, double TrueNegatives, double FalseNegatives)
{
    /// <summary>All rows' weight.</summary>
    public double Total => TruePositives + FalsePositives + TrueNegatives + FalseNegatives;

    /// <summary>Share predicted positive.</summary>
    public double SelectionRate => (TruePositives + FalsePositives) / Total;

    /// <summary>Share predicted right.</summary>
    public double Accuracy => (TruePositives + TrueNegatives) / Total;

    /// <summary>Share of the predicted positives that are.</summary>
    public double Precision => TruePositives / (TruePositives + FalsePositives);

    /// <summary>Share of the positives that were found; the true positive rate.</summary>
    public double Recall => TruePositives / (TruePositives + FalseNegatives);

    /// <summary>Share of the negatives that were called positive.</summary>
    public double FalsePositiveRate => FalsePositives / (FalsePositives + TrueNegatives);

    /// <summary>Share of the positives that were missed.</summary>
    public double FalseNegativeRate => FalseNegatives / (TruePositives + FalseNegatives);

    /// <summary>Harmonic mean of precision and recall; NaN where there is neither a positive nor a predicted one.</summary>
    public double F1 => 2 * TruePositives / (2 * TruePositives + FalsePositives + FalseNegatives);

    /// <summary>Matthews correlation, −1 to 1; NaN where a row or column of the matrix is empty.</summary>
    public double MatthewsCorrelation =>
        (TruePositives * TrueNegatives - FalsePositives * FalseNegatives)
        / (Math.Sqrt(TruePositives + FalsePositives) * Math.Sqrt(TruePositives + FalseNegatives)
            * Math.Sqrt(TrueNegatives + FalsePositives) * Math.Sqrt(TrueNegatives + FalseNegatives));

    internal static ConfusionMatrix Undefined { get; } = new(double.NaN, double.NaN, double.NaN, double.NaN);
}
