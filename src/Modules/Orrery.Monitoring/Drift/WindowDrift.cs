using Orrery.Monitoring.Monitors;

namespace Orrery.Monitoring.Drift;

/// <summary>How a window's inputs and scores compare with the reference.</summary>
/// <param name="Judged">Whether there was enough to compare.</param>
/// <param name="Note">Why not, or what could not be compared; null where there is nothing to say.</param>
/// <param name="Features">Every feature that was compared, in the model's order, the score (<see cref="FeatureDrift.ScoreName"/>) last.</param>
/// <param name="Breached">Whether as many features drifted as the monitor alerts at.</param>
public sealed record WindowDrift(bool Judged, string? Note, IReadOnlyList<FeatureDrift> Features, bool Breached);

/// <summary>What a feature's values are.</summary>
public enum FeatureType
{
    /// <summary>Numbers.</summary>
    Numeric,
    /// <summary>Text.</summary>
    Categorical,
}

/// <summary>How a feature of a window compares with the reference.</summary>
/// <param name="Feature">Its name; <see cref="ScoreName"/> for the model's score, whose reference is the version's first window.</param>
/// <param name="Type">What its values are.</param>
/// <param name="Method">How the distance was measured.</param>
/// <param name="Distance">The distance; NaN where one side has no value.</param>
/// <param name="Threshold">From where on it counts.</param>
/// <param name="PValue">How likely so large a difference is by chance alone: the method's own test where it has one, else chi-square over the same cells.</param>
/// <param name="AdjustedPValue">Corrected for the number of features compared at once.</param>
/// <param name="Drifted">Whether it is both large and no chance.</param>
/// <param name="MissingShare">Share of the window's rows without a value.</param>
/// <param name="ReferenceMissingShare">Share of the reference's rows without a value.</param>
/// <param name="NewShare">Share of the window's rows with a category that the reference's vocabulary lacks, or a number outside its range.</param>
public sealed record FeatureDrift(
    string Feature, FeatureType Type, DriftMethod Method, double Distance, double Threshold, double PValue, double AdjustedPValue, bool Drifted,
    double MissingShare, double ReferenceMissingShare, double NewShare)
{
    /// <summary>The model's score among features.</summary>
    public const string ScoreName = "score";
}

/// <summary>The rows of a feature in a window and in the reference, by bin or category.</summary>
/// <param name="Feature">Its name.</param>
/// <param name="Edges">Of the bins of a numeric feature, one more than bins; null for text.</param>
/// <param name="Categories">Of text, by rows in the reference; null for numbers.</param>
/// <param name="Window">Rows of the window. Numbers: below the first edge, the bins, above the last edge, missing. Text: the categories, others, missing.</param>
/// <param name="Reference">Rows of the reference, in the same cells.</param>
public sealed record FeatureHistogram(
    string Feature, IReadOnlyList<double>? Edges, IReadOnlyList<string>? Categories, IReadOnlyList<long> Window, IReadOnlyList<long> Reference);
