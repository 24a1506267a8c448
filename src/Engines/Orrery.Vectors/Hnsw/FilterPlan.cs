namespace Orrery.Vectors.Hnsw;

/// <summary>How a filtered search goes about it.</summary>
internal enum FilterPlan
{
    /// <summary>A beam that walks over all points.</summary>
    Beam,

    /// <summary>A beam that walks over the points that pass.</summary>
    BeamAmong,

    /// <summary>A comparison with every point that passes.</summary>
    Scan,
}

/// <summary>
/// Chooses by an estimate of distances, not by a measurement: what is found is right either way. A beam has to meet about ef/s points to find ef that pass a filter of
/// selectivity s, and looks at about M/2 new points for each; a beam among those that pass meets ef, looks at up to 2·M of them and reads as many lists;
/// a scan measures n·s distances.
/// </summary>
internal static class FilterPlanner
{
    private const int Sample = 512;

    // Above it an ordinary beam meets few in vain, and reaching through costs more than it saves.
    private const double MostToReachThrough = 0.4;

    public static FilterPlan Choose(HnswStorage storage, IdSet? allowed, Predicate<long>? filter, int ef)
    {
        if (allowed is null && filter is null)
            return FilterPlan.Beam;
        var points = (double)storage.Used;
        var passing = allowed is null ? points : Math.Min(points, allowed.Count);
        if (filter is not null)
            passing *= Selectivity(storage, filter);
        if (passing < 1)
            return FilterPlan.Scan;
        // To ask a predicate costs a tenth of a distance; a set is asked 64 ids at a time.
        var scan = passing + (filter is null ? points / 640 : (allowed?.Count ?? points) * 0.1);
        var selectivity = passing / points;
        // A delegate is too slow to be asked for thousands of neighbours of neighbours.
        if (filter is null && selectivity < MostToReachThrough)
            return scan <= 2.0 * ef * storage.M ? FilterPlan.Scan : FilterPlan.BeamAmong;
        return scan <= ef / selectivity * storage.M / 2 ? FilterPlan.Scan : FilterPlan.Beam;
    }

    private static double Selectivity(HnswStorage storage, Predicate<long> filter)
    {
        var step = Math.Max(1, storage.Used / Sample);
        var (asked, passed) = (0, 0);
        for (var slot = 0; slot < storage.Used; slot += step)
        {
            if (storage.Hidden[slot])
                continue;
            asked++;
            passed += filter(storage.Ids[slot]) ? 1 : 0;
        }

        return asked == 0 ? 0 : (double)passed / asked;
    }
}
