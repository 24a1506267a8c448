namespace Orrery.Fairness.Groups;

/// <summary>What is measured in each group.</summary>
public enum GroupMetric
{
    /// <summary>Share of rows predicted positive.</summary>
    SelectionRate,

    /// <summary>Share of the positives that were predicted so (recall).</summary>
    TruePositiveRate,

    /// <summary>Share of the negatives that were predicted positive.</summary>
    FalsePositiveRate,

    /// <summary>Share of the positives that were missed.</summary>
    FalseNegativeRate,

    /// <summary>Share of the predicted positives that are.</summary>
    Precision,

    /// <summary>Share of rows predicted right.</summary>
    Accuracy,

    /// <summary>Area under the ROC curve inside the group.</summary>
    RocAuc,

    /// <summary>Expected calibration error inside the group.</summary>
    CalibrationError,

    /// <summary>Share of rows that are positive in truth: not the model's doing, shown for reading the others.</summary>
    BaseRate,
}
