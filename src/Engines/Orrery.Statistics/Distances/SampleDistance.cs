namespace Orrery.Statistics.Distances;

/// <summary>
/// Distances between two numeric samples that use how far apart values lie. Values that are not finite are left out; NaN where a side has none left.
/// O(n log n), thread-safe.
/// </summary>
public static class SampleDistance
{
    /// <summary>Wasserstein-1 (earth mover's) distance, ∫ |F₁ − F₂|, in the unit of the values.</summary>
    public static double Wasserstein(ReadOnlySpan<double> first, ReadOnlySpan<double> second) =>
        Integrate(first, second, static gap => Math.Abs(gap));

    /// <summary>Energy distance, √(2 ∫ (F₁ − F₂)²), the root of the values' unit (Székely &amp; Rizzo 2013; SciPy's definition).</summary>
    public static double Energy(ReadOnlySpan<double> first, ReadOnlySpan<double> second) =>
        Math.Sqrt(2 * Integrate(first, second, static gap => gap * gap));

    private static double Integrate(ReadOnlySpan<double> first, ReadOnlySpan<double> second, Func<double, double> ofGap)
    {
        var a = Sample.SortedFinite(first);
        var b = Sample.SortedFinite(second);
        if (a.Length == 0 || b.Length == 0)
            return double.NaN;
        var (sum, i, j) = (0.0, 0, 0);
        var from = Math.Min(a[0], b[0]);
        while (i < a.Length || j < b.Length)
        {
            var to = j >= b.Length || (i < a.Length && a[i] < b[j]) ? a[i] : b[j];
            sum += ofGap((double)i / a.Length - (double)j / b.Length) * (to - from);
            while (i < a.Length && a[i] == to)
                i++;
            while (j < b.Length && b[j] == to)
                j++;
            from = to;
        }

        return sum;
    }
}
