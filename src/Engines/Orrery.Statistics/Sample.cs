namespace Orrery.Statistics;

/// <summary>Raw values made ready for an ordered algorithm.</summary>
internal static class Sample
{
    /// <summary>The values in ascending order; NaN means missing and is left out. O(n log n).</summary>
    public static double[] Sorted(ReadOnlySpan<double> values)
    {
        var sorted = Where(values, static v => !double.IsNaN(v));
        Array.Sort(sorted);
        return sorted;
    }

    /// <summary>The finite values in ascending order, for distances that integrate over the axis.</summary>
    public static double[] SortedFinite(ReadOnlySpan<double> values)
    {
        var sorted = Where(values, double.IsFinite);
        Array.Sort(sorted);
        return sorted;
    }

    private static double[] Where(ReadOnlySpan<double> values, Func<double, bool> keep)
    {
        var kept = new double[values.Length];
        var count = 0;
        foreach (var value in values)
            if (keep(value))
                kept[count++] = value;
        return kept.AsSpan(0, count).ToArray();
    }
}
