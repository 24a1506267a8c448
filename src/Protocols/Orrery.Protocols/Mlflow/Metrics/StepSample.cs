using Orrery.Ledger.Runs;

namespace Orrery.Protocols.Mlflow.Metrics;

/// <summary>
/// Which steps of several courses a chart is given: so many at equal distances among the steps that there are, the last, and the first and last of each
/// course. Source: mlflow/store/tracking/abstract_store.py, get_metric_history_bulk_interval (3.5).
/// </summary>
internal static class StepSample
{
    public static IReadOnlySet<long> Of(IReadOnlyList<IReadOnlyList<MetricPoint>> courses, int most, long? start, long? end)
    {
        var steps = courses.SelectMany(course => course.Select(point => point.Step)).Distinct().Order().ToArray();
        var (from, to) = (start ?? 0, end ?? (steps.Length > 0 ? steps[^1] : 0));
        var within = steps.Where(step => step >= from && step <= to).ToArray();
        var sampled = new HashSet<long>();
        if (within.Length <= most)
            sampled.UnionWith(within);
        else
        {
            var interval = (double)within.Length / most;
            for (var i = 0; i < most; i++)
                sampled.Add(within[(int)(i * interval)]);
            sampled.Add(within[^1]);
        }

        // Points come by step, so a course's first and last are its ends.
        foreach (var course in courses.Where(course => course.Count > 0))
            sampled.UnionWith(new[] { course[0].Step, course[^1].Step }.Where(step => step >= from && step <= to));
        return sampled;
    }
}
