namespace Orrery.Preparation.Steps;

/// <summary>The few statistics that steps learn, in 64 bits. All expect at least one finite value.</summary>
internal static class Statistics
{
    public static double Mean(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values)
            sum += value;
        return sum / values.Length;
    }

    /// <summary>Of the population (divided by n, as scikit-learn's StandardScaler), in two passes.</summary>
    public static double StandardDeviation(ReadOnlySpan<float> values, double mean)
    {
        var sum = 0.0;
        foreach (var value in values)
            sum += (value - mean) * (value - mean);
        return Math.Sqrt(sum / values.Length);
    }

    public static float[] Sorted(float[] values)
    {
        var sorted = (float[])values.Clone();
        Array.Sort(sorted);
        return sorted;
    }

    /// <summary>Linear between order statistics: type 7 of Hyndman and Fan (1996), NumPy's default.</summary>
    public static double Quantile(ReadOnlySpan<float> sorted, double probability)
    {
        var position = probability * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * ((double)sorted[above] - sorted[below]));
    }

    /// <summary>
    /// As a 32-bit constant of the graph, never −0: ONNX Runtime's Where gives +0 for a −0 in its first branch (it merges the branches
    /// by "first ≠ 0"), so a learnt −0 would not keep its sign.
    /// </summary>
    public static float Constant(double value) => (float)value + 0f;

    /// <summary>Of several equally frequent values the smallest, so that the order of the rows does not matter.</summary>
    public static T MostFrequent<T>(IReadOnlyCollection<T> values, IComparer<T> order) where T : notnull => values
        .GroupBy(v => v)
        .OrderByDescending(g => g.Count())
        .ThenBy(g => g.Key, order)
        .First().Key;
}
