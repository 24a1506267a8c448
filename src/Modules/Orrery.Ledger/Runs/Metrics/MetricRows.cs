using LinqToDB.Mapping;

namespace Orrery.Ledger.Runs.Metrics;

/// <summary>A metric's name, kept once.</summary>
[Table("metric_names")]
internal sealed record MetricNameRow
{
    [PrimaryKey, Identity, Column("key")] public long Key { get; init; }
    [Column("name")] public string Name { get; init; } = "";
}

/// <summary>
/// The last point of a run's metric: of the highest step, among those the latest, among those the highest value. Beside the value stands the run's
/// folder, so that one index answers "runs of this folder by this metric".
/// </summary>
[Table("run_metrics")]
internal sealed record RunMetricRow
{
    [PrimaryKey(1), Column("run_key")] public long RunKey { get; init; }
    [PrimaryKey(2), Column("metric_key")] public long MetricKey { get; init; }
    [Column("folder_key")] public long FolderKey { get; init; }

    /// <summary>Null where it is NaN: SQLite has no NaN and would store null anyway.</summary>
    [Column("value")] public double? Value { get; init; }
    [Column("step")] public long Step { get; init; }
    [Column("time")] public long Time { get; init; }

    /// <summary>How many chunks of its own its points came in since they were last put together.</summary>
    [Column("chunks")] public int Chunks { get; init; }
}

/// <summary>Some points of a run's metric, packed by <see cref="PointChunk"/>, or of several that came in one call, packed by <see cref="CallChunk"/>.</summary>
[Table("metric_chunks")]
internal sealed record MetricChunkRow
{
    /// <summary>The metric key of a row that holds a call's points of several metrics; no metric has it.</summary>
    public const long OfCall = 0;

    [PrimaryKey, Identity, Column("key")] public long Key { get; init; }
    [Column("run_key")] public long RunKey { get; init; }
    [Column("metric_key")] public long MetricKey { get; init; }

    /// <summary>How many points it holds.</summary>
    [Column("length")] public int Length { get; init; }
    [Column("points")] public byte[] Points { get; init; } = [];
}
