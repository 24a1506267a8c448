using Orrery.Fairness.Groups;

namespace Orrery.Fairness.Disparities;

/// <summary>
/// How one metric differs between the groups in which it is defined. With fewer than two such groups everything is NaN and null: there is nothing to compare, which is
/// not the same as parity.
/// </summary>
/// <param name="Metric">Which metric.</param>
/// <param name="Difference">Largest minus smallest value, 0 is parity.</param>
/// <param name="Ratio">Smallest over largest value, 1 is parity; also where all values are 0.</param>
/// <param name="Lowest">The group with the smallest value; the first by name among equals.</param>
/// <param name="Highest">The group with the largest value.</param>
/// <param name="Undefined">Groups that took no part, as too small.</param>
public sealed record Disparity(
    GroupMetric Metric, double Difference, double Ratio, string? Lowest, string? Highest, IReadOnlyList<string> Undefined)
{
    /// <summary>Whether there were two groups to compare.</summary>
    public bool IsDefined => !double.IsNaN(Difference);

    /// <summary>
    /// The group that fares worst: the lowest for rates that one wants high, the highest for error rates. Null for selection and base rate, where
    /// neither end is worse in itself.
    /// </summary>
    public string? WorstGroup => Metric switch
    {
        GroupMetric.TruePositiveRate or GroupMetric.Precision or GroupMetric.Accuracy or GroupMetric.RocAuc => Lowest,
        GroupMetric.FalsePositiveRate or GroupMetric.FalseNegativeRate or GroupMetric.CalibrationError => Highest,
        _ => null,
    };

    internal static Disparity Between(GroupMetric metric, IReadOnlyList<GroupReport> groups)
    {
        var defined = groups.Where(g => g[metric].IsDefined).ToList();
        string[] undefined = [.. groups.Where(g => !g[metric].IsDefined).Select(g => g.Group)];
        if (defined.Count < 2)
            return new Disparity(metric, double.NaN, double.NaN, null, null, undefined);
        var lowest = defined.MinBy(g => g[metric].Value)!;
        var highest = defined.MaxBy(g => g[metric].Value)!;
        var (low, high) = (lowest[metric].Value, highest[metric].Value);
        return new Disparity(metric, high - low, high == 0 ? 1 : low / high, lowest.Group, highest.Group, undefined);
    }
}
