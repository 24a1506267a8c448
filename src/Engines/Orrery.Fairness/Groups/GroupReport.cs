using Orrery.Statistics.Metrics;

namespace Orrery.Fairness.Groups;

/// <summary>What was measured in one group.</summary>
/// <param name="Group">The group's name.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Weight">Their weight.</param>
/// <param name="Confusion">Weights of the four outcomes.</param>
/// <param name="Metrics">Every metric; undefined ones too.</param>
public sealed record GroupReport(
    string Group, int Rows, double Weight, ConfusionMatrix Confusion, IReadOnlyDictionary<GroupMetric, GroupValue> Metrics)
{
    /// <summary>One metric.</summary>
    public GroupValue this[GroupMetric metric] => Metrics[metric];
}
