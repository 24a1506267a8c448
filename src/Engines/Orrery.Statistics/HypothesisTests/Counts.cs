namespace Orrery.Statistics.HypothesisTests;

/// <summary>Checks of two tables of counts over the same cells.</summary>
internal static class Counts
{
    /// <summary>The two sums.</summary>
    /// <exception cref="ArgumentException">The tables differ in length or hold a negative count.</exception>
    public static (long First, long Second) Totals(ReadOnlySpan<long> first, ReadOnlySpan<long> second)
    {
        Check.SameLength(first.Length, second.Length, nameof(second));
        var (a, b) = (0L, 0L);
        for (var i = 0; i < first.Length; i++)
        {
            if (first[i] < 0 || second[i] < 0)
                throw new ArgumentException($"A count cannot be negative; cell {i} holds {first[i]} and {second[i]}.");
            a = checked(a + first[i]);
            b = checked(b + second[i]);
        }

        return (a, b);
    }
}
