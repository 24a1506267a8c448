namespace Orrery.Monitoring.Drift;

/// <summary>
/// Joins cells of two tables that are too thin for the chi-square approximation: those in which fewer than five rows of the smaller table are expected (Cochran 1954)
/// become one cell, and that one joins the thinnest other where it is still too thin.
/// </summary>
internal static class PooledCells
{
    private const double LeastExpected = 5;

    public static (long[] First, long[] Second) Of(ReadOnlySpan<long> first, ReadOnlySpan<long> second)
    {
        var (n1, n2) = (Sum(first), Sum(second));
        var share = Math.Min(n1, n2) / ((double)n1 + n2);
        var (a, b) = (new List<long>(), new List<long>());
        var (thinA, thinB) = (0L, 0L);
        for (var cell = 0; cell < first.Length; cell++)
        {
            if ((first[cell] + second[cell]) * share >= LeastExpected)
            {
                a.Add(first[cell]);
                b.Add(second[cell]);
            }
            else
            {
                thinA += first[cell];
                thinB += second[cell];
            }
        }

        if ((thinA + thinB) * share >= LeastExpected || a.Count == 0)
        {
            a.Add(thinA);
            b.Add(thinB);
        }
        else
        {
            var thinnest = Enumerable.Range(0, a.Count).MinBy(i => a[i] + b[i]);
            a[thinnest] += thinA;
            b[thinnest] += thinB;
        }

        return ([.. a], [.. b]);
    }

    private static long Sum(ReadOnlySpan<long> cells)
    {
        var sum = 0L;
        foreach (var cell in cells)
            sum += cell;
        return sum;
    }
}
