namespace Orrery.Tuning.Importance;

/// <summary>How much of a regression tree's variance over the unit cube single coordinates and pairs of them explain: exact, leaf by leaf (Hutter, Hoos &amp; Leyton-Brown 2014, equation 5).</summary>
internal sealed class TreeVariance
{
    private readonly List<TreeLeaf> _leaves;
    private readonly double _mean;

    public TreeVariance(List<TreeLeaf> leaves)
    {
        _leaves = leaves;
        _mean = leaves.Sum(leaf => Volume(leaf, -1, -1) * leaf.Value);
        Total = leaves.Sum(leaf => Volume(leaf, -1, -1) * (leaf.Value - _mean) * (leaf.Value - _mean));
    }

    /// <summary>The variance of the tree.</summary>
    public double Total { get; }

    /// <summary>The variance over a coordinate of the tree's mean over all others: a step function, which changes by whole leaves at their ends.</summary>
    public double Of(int d)
    {
        var changes = new List<(double At, double By)>(2 * _leaves.Count);
        foreach (var leaf in _leaves)
        {
            var part = Volume(leaf, d, -1) * leaf.Value;
            changes.Add((leaf.Low[d], part));
            changes.Add((leaf.High[d], -part));
        }

        changes.Sort((a, b) => a.At.CompareTo(b.At));
        var (variance, marginal, from) = (0.0, 0.0, 0.0);
        foreach (var (at, by) in changes)
        {
            variance += (at - from) * (marginal - _mean) * (marginal - _mean);
            (marginal, from) = (marginal + by, at);
        }

        return variance;
    }

    /// <summary>The variance over two coordinates of the tree's mean over all others, what each explains alone included. O(leaves + ends · ends).</summary>
    public double Of(int first, int second)
    {
        var (rows, columns) = (Ends(first), Ends(second));
        // (end of the first, end of the second): by how much the mean changes there
        var change = new double[rows.Length, columns.Length];
        foreach (var leaf in _leaves)
        {
            var part = Volume(leaf, first, second) * leaf.Value;
            var (top, bottom) = (Array.BinarySearch(rows, leaf.Low[first]), Array.BinarySearch(rows, leaf.High[first]));
            var (left, right) = (Array.BinarySearch(columns, leaf.Low[second]), Array.BinarySearch(columns, leaf.High[second]));
            change[top, left] += part;
            change[bottom, left] -= part;
            change[top, right] -= part;
            change[bottom, right] += part;
        }

        var variance = 0.0;
        var above = new double[columns.Length];
        for (var row = 0; row < rows.Length - 1; row++)
        {
            var running = 0.0;
            for (var column = 0; column < columns.Length - 1; column++)
            {
                running += change[row, column];
                var mean = above[column] += running;
                variance += (rows[row + 1] - rows[row]) * (columns[column + 1] - columns[column]) * (mean - _mean) * (mean - _mean);
            }
        }

        return variance;
    }

    private double[] Ends(int d) => [.. _leaves.SelectMany(leaf => new[] { leaf.Low[d], leaf.High[d] }).Distinct().Order()];

    // Of a leaf without two coordinates, −1 for none.
    private static double Volume(TreeLeaf leaf, int without, int andWithout)
    {
        var volume = 1.0;
        for (var d = 0; d < leaf.Low.Length; d++)
        {
            if (d != without && d != andWithout)
                volume *= leaf.High[d] - leaf.Low[d];
        }

        return volume;
    }
}
