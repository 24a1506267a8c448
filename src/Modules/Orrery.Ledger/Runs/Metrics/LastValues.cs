using System.Globalization;
using LinqToDB.Data;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Runs.Metrics;

/// <summary>Keeps the last value of each metric of a run, within a transaction: one statement that inserts, or replaces what is older.</summary>
internal sealed class LastValues(DataConnection transaction, RunRow run) : IDisposable
{
    // As RawPoint orders points: by step, then time, then value, NaN (here null) the least.
    private const string IsNewer = """
        excluded.step > run_metrics.step OR (excluded.step = run_metrics.step AND (excluded.time > run_metrics.time OR
        (excluded.time = run_metrics.time AND excluded.value IS NOT NULL AND (run_metrics.value IS NULL OR excluded.value > run_metrics.value))))
        """;

    private readonly PreparedStatement _set = new(transaction, $"""
        INSERT INTO run_metrics (run_key, metric_key, folder_key, value, step, time, chunks) VALUES (@run, @metric, @folder, @value, @step, @time, @chunks)
        ON CONFLICT (run_key, metric_key) DO UPDATE SET
          value = CASE WHEN {IsNewer} THEN excluded.value ELSE run_metrics.value END,
          step = CASE WHEN {IsNewer} THEN excluded.step ELSE run_metrics.step END,
          time = CASE WHEN {IsNewer} THEN excluded.time ELSE run_metrics.time END,
          chunks = run_metrics.chunks + excluded.chunks
        RETURNING chunks
        """, "run", "metric", "folder", "value", "step", "time", "chunks");

    /// <summary>Takes the points of a metric, of which so many new chunks hold some; returns how many small chunks it has by now.</summary>
    public int Take(long metric, List<RawPoint> course, int chunks)
    {
        var last = course[0];
        foreach (var point in course)
        {
            if (IsBefore(last, point))
                last = point;
        }

        return Convert.ToInt32(
            _set.Scalar(run.Key, metric, run.FolderKey, double.IsNaN(last.Value) ? null : last.Value, last.Step, last.Time, chunks), CultureInfo.InvariantCulture);
    }

    public void Dispose() => _set.Dispose();

    private static bool IsBefore(in RawPoint last, in RawPoint point) =>
        last.Step != point.Step ? last.Step < point.Step : last.Time != point.Time ? last.Time < point.Time : !double.IsNaN(point.Value) && !(last.Value >= point.Value);
}
