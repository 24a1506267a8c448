using LinqToDB.Mapping;
using Orrery.Ledger.Storage;

namespace Orrery.Ledger.Runs;

/// <summary>A point of a metric's course. NaN is kept as null, since SQLite has no NaN.</summary>
[Table("metric_points")]
internal sealed record MetricPointRow
{
    [Column("run_id")] public string RunId { get; init; } = "";
    [Column("name")] public string Name { get; init; } = "";
    [Column("value")] public double? Value { get; init; }
    [Column("step")] public long Step { get; init; }
    [Column("time")] public long Time { get; init; }

    public static MetricPointRow Of(string run, MetricPoint point) => new()
    {
        RunId = run,
        Name = point.Key,
        Value = double.IsNaN(point.Value) ? null : point.Value,
        Step = point.Step,
        Time = Instant.ToColumn(point.Time),
    };

    public MetricPoint ToPoint() => new(Name, Value ?? double.NaN, Step, Instant.FromColumn(Time));
}

/// <summary>The last point of a metric: of the highest step, and among those the latest.</summary>
[Table("run_metrics")]
internal sealed record RunMetricRow
{
    [PrimaryKey(1), Column("run_id")] public string RunId { get; init; } = "";
    [PrimaryKey(2), Column("name")] public string Name { get; init; } = "";
    [Column("value")] public double? Value { get; init; }
    [Column("step")] public long Step { get; init; }
    [Column("time")] public long Time { get; init; }
}
