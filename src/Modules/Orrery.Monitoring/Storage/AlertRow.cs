using LinqToDB.Mapping;
using Orrery.Monitoring.Alerts;
using Orrery.Platform.Signals;

namespace Orrery.Monitoring.Storage;

/// <summary>An alert. Instants are microseconds since 1970 in UTC.</summary>
[Table("monitor_alerts")]
internal sealed record AlertRow
{
    [PrimaryKey, Column("id")] public required string Id { get; init; }
    [Column("workspace")] public required string Workspace { get; init; }
    [Column("monitor")] public required string Monitor { get; init; }
    [Column("endpoint")] public required string Endpoint { get; init; }
    [Column("kind")] public required AlertKind Kind { get; init; }
    [Column("measure")] public required string Measure { get; init; }
    [Column("value")] public required double Value { get; init; }
    [Column("threshold")] public required double Threshold { get; init; }
    [Column("message")] public required string Message { get; init; }
    [Column("version")] public required long Version { get; init; }
    [Column("window_start")] public required long WindowStart { get; init; }
    [Column("window_end")] public required long WindowEnd { get; init; }
    [Column("time")] public required long Time { get; init; }
    [Column("raised_at")] public required long RaisedAt { get; init; }

    /// <summary>The version of the monitor's declaration.</summary>
    [Column("declaration")] public required string Declaration { get; init; }

    /// <summary>The model version, where it is known.</summary>
    [Column("model")] public string? Model { get; init; }

    /// <summary>The end of the stream <c>alerts</c> when this was raised, until it is known to be announced there; then null.</summary>
    [Column("announced_after")] public long? AnnouncedAfter { get; init; }

    [Column("acknowledged_by")] public string? AcknowledgedBy { get; init; }
    [Column("acknowledged_at")] public long? AcknowledgedAt { get; init; }
    [Column("note")] public string? Note { get; init; }

    public MonitorAlert ToAlert() => new(
        Id, Monitor, Endpoint, Kind, Measure, Value, Threshold, Message, (int)Version, SignalBatch.FromMicroseconds(WindowStart), SignalBatch.FromMicroseconds(WindowEnd),
        SignalBatch.FromMicroseconds(Time), SignalBatch.FromMicroseconds(RaisedAt),
        AcknowledgedBy is null ? null : new(AcknowledgedBy, SignalBatch.FromMicroseconds(AcknowledgedAt ?? RaisedAt), Note));
}
