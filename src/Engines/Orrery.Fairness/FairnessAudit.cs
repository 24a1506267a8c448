using Orrery.Fairness.Disparities;
using Orrery.Fairness.Groups;

namespace Orrery.Fairness;

/// <summary>
/// How a binary classifier treats the groups of a protected attribute: every metric per group with its interval, and the disparities between them. Immutable, thread-safe.
/// </summary>
/// <remarks>Rates and differences agree with scikit-learn computed group by group. Definitions: Hardt, Price &amp; Srebro, arXiv:1610.02413; Fairlearn's disparities.</remarks>
public sealed class FairnessAudit
{
    private readonly Dictionary<GroupMetric, Disparity> _disparities;

    private FairnessAudit(FairnessOptions options, IReadOnlyList<GroupReport> groups, GroupReport overall)
    {
        (Options, Groups, Overall) = (options, groups, overall);
        _disparities = Enum.GetValues<GroupMetric>().ToDictionary(metric => metric, metric => Disparity.Between(metric, groups));
    }

    /// <summary>How it was made.</summary>
    public FairnessOptions Options { get; }

    /// <summary>Each group that has a row, by name.</summary>
    public IReadOnlyList<GroupReport> Groups { get; }

    /// <summary>All rows as one group, named <c>(all)</c>.</summary>
    public GroupReport Overall { get; }

    /// <summary>Largest difference of selection rates, 0 is parity.</summary>
    public double DemographicParityDifference => this[GroupMetric.SelectionRate].Difference;

    /// <summary>Smallest over largest selection rate, 1 is parity; the four-fifths rule asks for 0.8.</summary>
    public double DemographicParityRatio => this[GroupMetric.SelectionRate].Ratio;

    /// <summary>Largest difference of true positive rates, 0 is parity.</summary>
    public double EqualOpportunityDifference => this[GroupMetric.TruePositiveRate].Difference;

    /// <summary>The larger of the differences of true and of false positive rates, 0 is parity; NaN where either is undefined.</summary>
    public double EqualizedOddsDifference =>
        Math.Max(this[GroupMetric.TruePositiveRate].Difference, this[GroupMetric.FalsePositiveRate].Difference);

    /// <summary>The smaller of the ratios of true and of false positive rates, 1 is parity; NaN where either is undefined.</summary>
    public double EqualizedOddsRatio =>
        Math.Min(this[GroupMetric.TruePositiveRate].Ratio, this[GroupMetric.FalsePositiveRate].Ratio);

    /// <summary>How a metric differs between groups.</summary>
    public Disparity this[GroupMetric metric] => _disparities[metric];

    /// <summary>Audits scored rows. O(n log n).</summary>
    /// <param name="labels">True is the positive class.</param>
    /// <param name="scores">Probability of the positive class; or a 0/1 prediction, then AUC and calibration error are those of two scores.</param>
    /// <param name="groups">The protected attribute's value of each row; null is a group of its own, <c>(missing)</c>.</param>
    /// <param name="weights">As many as labels, finite and not negative; empty means 1 each.</param>
    /// <param name="options">How; defaults when null.</param>
    /// <exception cref="ArgumentException">Lengths differ, a score is NaN, or a weight is negative.</exception>
    public static FairnessAudit Of(
        ReadOnlySpan<bool> labels,
        ReadOnlySpan<double> scores,
        ReadOnlySpan<string?> groups,
        ReadOnlySpan<double> weights = default,
        FairnessOptions? options = null)
    {
        options ??= new FairnessOptions();
        var rows = GroupRows.Of(labels, scores, groups, weights);
        return new FairnessAudit(
            options,
            [.. rows.ByGroup.Select(group => GroupMeasurement.Measure(group.Key, group.Value, options))],
            GroupMeasurement.Measure("(all)", rows.All, options));
    }
}
