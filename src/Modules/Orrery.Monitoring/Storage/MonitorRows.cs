using System.Text.Json;
using LinqToDB.Mapping;
using Orrery.Ledger;
using Orrery.Monitoring.Drift;
using Orrery.Monitoring.Performance;
using Orrery.Monitoring.Windows;
using Orrery.Platform.Signals;

namespace Orrery.Monitoring.Storage;

/// <summary>How far a monitor has read. Instants are microseconds since 1970 in UTC.</summary>
[Table("monitor_progress")]
internal sealed record ProgressRow
{
    [PrimaryKey(0), Column("workspace")] public required string Workspace { get; init; }
    [PrimaryKey(1), Column("monitor")] public required string Monitor { get; init; }

    /// <summary>How long its windows are; 0 before the first.</summary>
    [Column("window_length")] public long WindowLength { get; set; }

    [Column("predictions_next")] public long PredictionsNext { get; set; }
    [Column("outcomes_next")] public long OutcomesNext { get; set; }

    /// <summary>The time of the newest prediction.</summary>
    [Column("newest")] public long? Newest { get; set; }

    /// <summary>All windows that end at or before this are closed.</summary>
    [Column("closed_until")] public long ClosedUntil { get; set; } = long.MinValue;

    /// <summary>No alert is raised about what could be known before this.</summary>
    [Column("alerts_from")] public long AlertsFrom { get; set; } = long.MinValue;

    [Column("late")] public long Late { get; set; }
    [Column("future")] public long Future { get; set; }
}

/// <summary>A window as it is kept; mutable while it is open.</summary>
[Table("monitor_windows")]
internal sealed record WindowRow
{
    [PrimaryKey(0), Column("workspace")] public required string Workspace { get; init; }
    [PrimaryKey(1), Column("monitor")] public required string Monitor { get; init; }
    [PrimaryKey(2), Column("start_time")] public required long Start { get; init; }
    [PrimaryKey(3), Column("version")] public required long Version { get; init; }
    [PrimaryKey(4), Column("arm")] public required string Arm { get; init; }
    [Column("end_time")] public required long End { get; init; }
    [Column("state")] public WindowState State { get; set; }
    [Column("predictions")] public long Predictions { get; set; }

    /// <summary>Where its predictions lie in the stream: from here …</summary>
    [Column("first_prediction")] public long FirstPrediction { get; set; } = long.MaxValue;

    /// <summary>… to before here.</summary>
    [Column("last_prediction")] public long LastPrediction { get; set; }

    [Column("labels")] public long Labels { get; set; }
    [Column("late_labels")] public long LateLabels { get; set; }

    /// <summary>Where its outcomes lie in their stream: from here …</summary>
    [Column("first_outcome")] public long FirstOutcome { get; set; } = long.MaxValue;

    /// <summary>… to before here.</summary>
    [Column("last_outcome")] public long LastOutcome { get; set; }

    [Column("drift")] public string? Drift { get; set; }
    [Column("histograms")] public string? Histograms { get; set; }
    [Column("performance")] public string? Performance { get; set; }

    [NotColumn] public WindowId Id => new(Start, Version, Arm);

    [NotColumn] public bool IsChampion => Arm == WindowKey.Champion;

    public MonitorWindow ToWindow() => new(
        SignalBatch.FromMicroseconds(Start), SignalBatch.FromMicroseconds(End), (int)Version, Arm, State, Predictions, Labels, LateLabels,
        Read<WindowDrift>(Drift), Read<WindowPerformance>(Performance));

    public static T? Read<T>(string? json) where T : class => json is null ? null : JsonSerializer.Deserialize<T>(json, LedgerJson.Options);

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, LedgerJson.Options);
}

/// <summary>The histograms of a dataset, by its content.</summary>
[Table("monitor_references")]
internal sealed record ReferenceRow
{
    [PrimaryKey(0), Column("content")] public required string Content { get; init; }
    [PrimaryKey(1), Column("bins")] public required int Bins { get; init; }
    [Column("features")] public required string Features { get; init; }
}

/// <summary>The scores of a model version in its first window under a monitor.</summary>
[Table("monitor_scores")]
internal sealed record ScoreRow
{
    [PrimaryKey(0), Column("workspace")] public required string Workspace { get; init; }
    [PrimaryKey(1), Column("monitor")] public required string Monitor { get; init; }
    [PrimaryKey(2), Column("version")] public required long Version { get; init; }
    [Column("score")] public required string Score { get; init; }
}
