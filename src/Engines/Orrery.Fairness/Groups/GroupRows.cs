namespace Orrery.Fairness.Groups;

/// <summary>The rows of one group, column by column.</summary>
internal sealed class GroupColumns
{
    public List<bool> Labels { get; } = [];

    public List<double> Scores { get; } = [];

    /// <summary>Empty where rows are unweighted.</summary>
    public List<double> Weights { get; } = [];
}

/// <summary>Rows parted by group, checked.</summary>
internal sealed class GroupRows
{
    private const string MissingGroup = "(missing)";

    public GroupColumns All { get; } = new();

    public SortedDictionary<string, GroupColumns> ByGroup { get; } = new(StringComparer.Ordinal);

    public static GroupRows Of(
        ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores, ReadOnlySpan<string?> groups, ReadOnlySpan<double> weights)
    {
        if (scores.Length != labels.Length || groups.Length != labels.Length || (!weights.IsEmpty && weights.Length != labels.Length))
        {
            throw new ArgumentException(
                $"Expected one label, score, group and perhaps weight a row; got {labels.Length}, {scores.Length}, {groups.Length} and {weights.Length}.");
        }

        var rows = new GroupRows();
        for (var i = 0; i < labels.Length; i++)
        {
            if (double.IsNaN(scores[i]))
                throw new ArgumentException($"Row {i} has no score (NaN); leave rows without prediction out of the audit, or audit them as their own group.", nameof(scores));
            if (!weights.IsEmpty && !(weights[i] >= 0 && double.IsFinite(weights[i])))
                throw new ArgumentException($"Row {i} has the weight {weights[i]}; expected a finite number, 0 or more.", nameof(weights));
            // As if absent: a row without weight must not help a group over the minimum size.
            if (!weights.IsEmpty && weights[i] == 0)
                continue;
            var name = groups[i] ?? MissingGroup;
            if (!rows.ByGroup.TryGetValue(name, out var group))
                rows.ByGroup.Add(name, group = new GroupColumns());
            foreach (var columns in (ReadOnlySpan<GroupColumns>)[group, rows.All])
            {
                columns.Labels.Add(labels[i]);
                columns.Scores.Add(scores[i]);
                if (!weights.IsEmpty)
                    columns.Weights.Add(weights[i]);
            }
        }

        return rows;
    }
}
