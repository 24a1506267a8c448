using System.Text.Json;
using LinqToDB.Mapping;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Runs;
using Orrery.Pipelines.Steps;
using Orrery.Platform.Access;
using Orrery.Platform.Signals;

namespace Orrery.Pipelines.Storage;

[Table("pipeline_runs")]
internal sealed record PipelineRunRow
{
    [PrimaryKey, Column("id")] public string Id { get; init; } = "";
    [Column("workspace")] public string Workspace { get; init; } = "";
    [Column("pipeline")] public string Pipeline { get; init; } = "";
    [Column("version")] public int Version { get; init; }
    [Column("status")] public string Status { get; init; } = "";
    [Column("trigger_kind")] public string TriggerKind { get; init; } = "";
    [Column("trigger_detail")] public string TriggerDetail { get; init; } = "";
    [Column("trigger_key")] public string? TriggerKey { get; init; }
    [Column("parameters")] public string Parameters { get; init; } = "";
    [Column("owner")] public string Owner { get; init; } = "";
    [Column("owner_role")] public string OwnerRole { get; init; } = "";
    [Column("cancel")] public bool Cancel { get; init; }
    [Column("error")] public string? Error { get; init; }
    [Column("started_at")] public long StartedAt { get; init; }
    [Column("ended_at")] public long? EndedAt { get; init; }

    public RunId RunId => new(Guid.Parse(Id));

    /// <summary>Who started it, for what its steps do.</summary>
    public Caller Caller => new(Workspace, Owner, Words.Read<Role>(OwnerRole));

    public IReadOnlyDictionary<string, JsonElement> ReadParameters() => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Parameters, LedgerJson.Options)!;

    public PipelineRun ToRun() => new(
        RunId, Pipeline, Version, Words.Read<RunStatus>(Status), new(Words.Read<PipelineTriggerKind>(TriggerKind), TriggerDetail), ReadParameters(),
        Owner, Error, SignalBatch.FromMicroseconds(StartedAt), EndedAt is { } end ? SignalBatch.FromMicroseconds(end) : null);
}

[Table("pipeline_steps")]
internal sealed record PipelineStepRow
{
    [PrimaryKey(1), Column("pipeline_run_id")] public string PipelineRunId { get; init; } = "";
    [PrimaryKey(2), Column("name")] public string Name { get; init; } = "";
    [Column("ordinal")] public int Ordinal { get; init; }
    [Column("uses")] public string Uses { get; init; } = "";
    [Column("status")] public string Status { get; init; } = Words.Of(StepStatus.Pending);
    [Column("run_id")] public string? RunId { get; init; }
    [Column("attempt")] public int Attempt { get; init; }
    [Column("not_before")] public long NotBefore { get; init; }
    [Column("cached")] public bool Cached { get; init; }
    [Column("reason")] public string? Reason { get; init; }
    [Column("outputs")] public string Outputs { get; init; } = "{}";
    [Column("facts")] public string Facts { get; init; } = "{}";
    [Column("progress_done")] public long? ProgressDone { get; init; }
    [Column("progress_total")] public long? ProgressTotal { get; init; }
    [Column("progress_unit")] public string? ProgressUnit { get; init; }
    [Column("started_at")] public long? StartedAt { get; init; }
    [Column("ended_at")] public long? EndedAt { get; init; }

    public StepStatus ReadStatus() => Words.Read<StepStatus>(Status);

    public IReadOnlyDictionary<string, VersionId> ReadOutputs() => JsonSerializer.Deserialize<Dictionary<string, VersionId>>(Outputs, LedgerJson.Options)!;

    public IReadOnlyDictionary<string, JsonElement> ReadFacts() => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Facts, LedgerJson.Options)!;

    public StepState ToState(StepProgress? live) => new(
        Name, Uses, ReadStatus(), RunId is null ? null : new RunId(Guid.Parse(RunId)), Attempt, Cached, Reason,
        live ?? (ProgressDone is { } done ? new(done, ProgressTotal, ProgressUnit ?? "") : null), ReadOutputs(), ReadFacts(),
        StartedAt is { } start ? SignalBatch.FromMicroseconds(start) : null, EndedAt is { } end ? SignalBatch.FromMicroseconds(end) : null);
}

[Table("pipeline_finished_steps")]
internal sealed record FinishedStepRow
{
    [PrimaryKey(1), Column("workspace")] public string Workspace { get; init; } = "";
    [PrimaryKey(2), Column("step_key")] public string Key { get; init; } = "";
    [Column("run_id")] public string RunId { get; init; } = "";
    [Column("outputs")] public string Outputs { get; init; } = "{}";
    [Column("facts")] public string Facts { get; init; } = "{}";
    [Column("finished_at")] public long FinishedAt { get; init; }
}

[Table("pipeline_subscriptions")]
internal sealed record SubscriptionRow
{
    [PrimaryKey(1), Column("workspace")] public string Workspace { get; init; } = "";
    [PrimaryKey(2), Column("pipeline")] public string Pipeline { get; init; } = "";
    [PrimaryKey(3), Column("source")] public string Source { get; init; } = "";
    [Column("since")] public long Since { get; init; }
}

/// <summary>How enums are kept: as lower-case words.</summary>
internal static class Words
{
    public static string Of<TEnum>(TEnum value) where TEnum : struct, Enum => value.ToString().ToLowerInvariant();

    public static TEnum Read<TEnum>(string word) where TEnum : struct, Enum => Enum.Parse<TEnum>(word, ignoreCase: true);
}
