namespace Orrery.Statistics.HypothesisTests;

/// <summary>Which error is kept below alpha when many hypotheses are tested at once.</summary>
public enum MultipleTestingCorrection
{
    /// <summary>None: each test alone.</summary>
    None,

    /// <summary>The chance of even one false alarm, p·m.</summary>
    Bonferroni,

    /// <summary>The same chance as Bonferroni's, uniformly more powerful (Holm 1979).</summary>
    Holm,

    /// <summary>The expected share of false alarms among all alarms (Benjamini &amp; Hochberg 1995), for independent or positively dependent tests.</summary>
    BenjaminiHochberg,
}

/// <summary>Adjusted p-values: reject where the adjusted value is at most alpha. Thread-safe.</summary>
public static class MultipleTesting
{
    /// <summary>One adjusted p-value per given one, in the same order. NaN stays NaN and does not count as a test. O(n log n).</summary>
    /// <exception cref="ArgumentOutOfRangeException">A p-value is outside 0 to 1.</exception>
    public static double[] Adjust(ReadOnlySpan<double> pValues, MultipleTestingCorrection correction)
    {
        var adjusted = pValues.ToArray();
        foreach (var p in adjusted)
            if (p is < 0 or > 1)
                throw new ArgumentOutOfRangeException(nameof(pValues), p, "Expected p-values from 0 to 1.");
        var order = Enumerable.Range(0, adjusted.Length).Where(i => !double.IsNaN(adjusted[i])).ToArray();
        Array.Sort(order, (i, j) => adjusted[i] != adjusted[j] ? adjusted[i].CompareTo(adjusted[j]) : i.CompareTo(j));
        switch (correction)
        {
            case MultipleTestingCorrection.None:
                break;
            case MultipleTestingCorrection.Bonferroni:
                foreach (var i in order)
                    adjusted[i] = Math.Min(1, adjusted[i] * order.Length);
                break;
            case MultipleTestingCorrection.Holm:
                StepDown(adjusted, order);
                break;
            case MultipleTestingCorrection.BenjaminiHochberg:
                StepUp(adjusted, order);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(correction), correction, "Unknown correction.");
        }

        return adjusted;
    }

    // Both keep adjusted values monotone in the raw ones: a larger p never gets a smaller adjusted value.
    private static void StepDown(double[] p, int[] ascending)
    {
        var largest = 0.0;
        for (var rank = 0; rank < ascending.Length; rank++)
        {
            largest = Math.Max(largest, Math.Min(1, p[ascending[rank]] * (ascending.Length - rank)));
            p[ascending[rank]] = largest;
        }
    }

    private static void StepUp(double[] p, int[] ascending)
    {
        var smallest = 1.0;
        for (var rank = ascending.Length - 1; rank >= 0; rank--)
        {
            smallest = Math.Min(smallest, p[ascending[rank]] * ascending.Length / (rank + 1));
            p[ascending[rank]] = smallest;
        }
    }
}
