namespace Orrery.Ledger.Traces;

/// <summary>
/// How much two conditions on traces go together: normalised pointwise mutual information (Bouma 2009, "Normalized (Pointwise) Mutual Information in
/// Collocation Extraction", eq. 7), from -1 (never together) over 0 (independent) to 1 (always together); NaN where one of them never holds.
/// </summary>
public static class TraceCorrelation
{
    /// <summary>Jeffreys' prior, by which few traces say little.</summary>
    public const double Smoothing = 0.5;

    /// <summary>The measure; <paramref name="smoothing"/> is added to each cell of the table of two by two.</summary>
    public static double Npmi(TraceCounts counts, double smoothing = 0)
    {
        var (both, first, second) = (counts.Both, counts.First - counts.Both, counts.Second - counts.Both);
        var neither = counts.Total - counts.First - counts.Second + counts.Both;
        if (counts.First == 0 || counts.Second == 0 || Math.Min(Math.Min(both, first), Math.Min(second, neither)) < 0)
            return double.NaN;
        if (both == 0 && smoothing == 0)
            return -1;
        if (first == 0 && second == 0 && neither == 0)
            return 1;
        var total = counts.Total + (4 * smoothing);
        var together = (both + smoothing) / total;
        var information = Math.Log(together) - Math.Log((counts.First + (2 * smoothing)) / total) - Math.Log((counts.Second + (2 * smoothing)) / total);
        return Math.Clamp(information / -Math.Log(together), -1, 1);
    }
}
