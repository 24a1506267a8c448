namespace Orrery.Vectors.Hnsw;

/// <summary>
/// Graph or scan for a filtered search. A beam has to meet about ef/s points to find ef that pass a filter of selectivity s, and looks at about M/2 new
/// points for each; a scan measures n·s distances and asks the filter n times, which is taken to cost a tenth of a
/// distance. An estimate, not a measurement: what is found is right either way.
/// </summary>
internal static class FilterPlan
{
    private const int Sample = 512;

    public static bool PrefersScan(HnswStorage storage, Predicate<long> filter, int ef)
    {
        var points = storage.Used;
        var step = Math.Max(1, points / Sample);
        var (asked, passed) = (0, 0);
        for (var slot = 0; slot < points; slot += step)
        {
            if (storage.Hidden[slot])
                continue;
            asked++;
            passed += filter(storage.Ids[slot]) ? 1 : 0;
        }

        if (passed == 0)
            return true;
        var selectivity = (double)passed / asked;
        return points * (selectivity + 0.1) <= ef / selectivity * storage.M / 2;
    }
}
