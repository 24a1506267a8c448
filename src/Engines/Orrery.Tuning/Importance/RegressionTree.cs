using Orrery.Statistics;

namespace Orrery.Tuning.Importance;

/// <summary>A leaf: a box of the unit cube and what the tree says there.</summary>
internal sealed record TreeLeaf(double[] Low, double[] High, double Value);

/// <summary>
/// A regression tree on the unit cube that splits where the squared error falls most (Breiman et al. 1984), at random among half of the coordinates. O(points · log² points · coordinates).
/// </summary>
internal static class RegressionTree
{
    public static List<TreeLeaf> Grow(double[][] points, double[] values, int[] rows, int mostDepth, SeededRandom random)
    {
        var leaves = new List<TreeLeaf>();
        var dimensions = points[0].Length;
        var (low, high) = (new double[dimensions], new double[dimensions]);
        Array.Fill(high, 1);
        Split(rows, low, high, mostDepth);
        return leaves;

        void Split(int[] rows, double[] low, double[] high, int depth)
        {
            if (depth == 0 || Best(points, values, rows, random) is not { } split)
            {
                leaves.Add(new TreeLeaf(low, high, rows.Average(row => values[row])));
                return;
            }

            double[] middleHigh = [.. high], middleLow = [.. low];
            middleHigh[split.Dimension] = middleLow[split.Dimension] = split.At;
            Split([.. rows.Where(row => points[row][split.Dimension] <= split.At)], low, middleHigh, depth - 1);
            Split([.. rows.Where(row => points[row][split.Dimension] > split.At)], middleLow, high, depth - 1);
        }
    }

    private static (int Dimension, double At)? Best(double[][] points, double[] values, int[] rows, SeededRandom random)
    {
        (int, double)? best = null;
        var bestGain = 1e-12;
        var total = rows.Sum(row => values[row]);
        int[] dimensions = [.. Enumerable.Range(0, points[0].Length)];
        // Half of the coordinates, one at least: trees that are all alike would say nothing of their doubt.
        for (var picked = 0; picked < (dimensions.Length + 1) / 2; picked++)
        {
            var swap = picked + random.NextInt(dimensions.Length - picked);
            (dimensions[picked], dimensions[swap]) = (dimensions[swap], dimensions[picked]);
            var d = dimensions[picked];
            int[] sorted = [.. rows.OrderBy(row => points[row][d]).ThenBy(row => row)];
            var left = 0.0;
            for (var i = 0; i < sorted.Length - 1; i++)
            {
                left += values[sorted[i]];
                var (x, next) = (points[sorted[i]][d], points[sorted[i + 1]][d]);
                if (x == next)
                    continue;
                // What the squared error falls by.
                var gain = left * left / (i + 1) + (total - left) * (total - left) / (sorted.Length - i - 1) - total * total / sorted.Length;
                if (gain > bestGain)
                    (best, bestGain) = ((d, x + (next - x) / 2), gain);
            }
        }

        return best;
    }
}
