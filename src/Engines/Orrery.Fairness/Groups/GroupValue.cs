using Orrery.Statistics;

namespace Orrery.Fairness.Groups;

/// <summary>One metric of one group.</summary>
/// <param name="Value">NaN where undefined: the group, or the denominator, is smaller than the minimum, or there is nothing to rank.</param>
/// <param name="Interval">
/// Wilson's interval of a rate, DeLong's of an AUC; undefined for calibration error, and for an AUC of weighted rows. Weighted rates use
/// Kish's effective number of rows.
/// </param>
/// <param name="Rows">Rows in the denominator: all of the group's, its positives, its negatives, or its predicted positives.</param>
public readonly record struct GroupValue(double Value, Interval Interval, int Rows)
{
    /// <summary>Whether there is a value.</summary>
    public bool IsDefined => !double.IsNaN(Value);
}
