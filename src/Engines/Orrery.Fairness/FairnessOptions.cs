namespace Orrery.Fairness;

/// <summary>How an audit is made.</summary>
public sealed record FairnessOptions
{
    /// <summary>Rows with a score at or above it are predicted positive; default 0.5.</summary>
    public double Threshold { get; init; } = 0.5;

    /// <summary>
    /// Rows that a metric's denominator must hold; default 30, below which Wilson's 95 % interval of a rate is wider than ±0.17. A group with
    /// fewer is undefined for that metric and takes no part in its disparities: neither 0 nor the best of all.
    /// </summary>
    public int MinimumGroupSize { get; init; } = 30;

    /// <summary>Of the intervals; default 0.95.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>Bins of equal width for the calibration error; default 10.</summary>
    public int CalibrationBins { get; init; } = 10;
}
