using System.Text.Json;
using LinqToDB;
using LinqToDB.Data;
using LinqToDB.Mapping;
using Orrery.Kernel;
using Orrery.Ledger.Folders;
using Orrery.Ledger.LoggedModels;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Blobs;

namespace Orrery.Ledger.Runs;

[Table("runs")]
internal sealed record RunRow
{
    /// <summary>What its metrics, parameters and tags name it by: a fifth of the id's bytes in every index.</summary>
    [PrimaryKey, Identity, Column("key")] public long Key { get; init; }
    [Column("id")] public string Id { get; init; } = "";
    [Column("workspace")] public string Workspace { get; init; } = "";
    [Column("kind")] public string Kind { get; init; } = "";
    [Column("name")] public string Name { get; init; } = "";
    [Column("folder_key")] public long FolderKey { get; init; }
    [Column("artifact_uri")] public string ArtifactUri { get; init; } = "";
    [Column("parent_id")] public string? ParentId { get; init; }
    [Column("status")] public string Status { get; init; } = "";
    [Column("error")] public string? Error { get; init; }
    [Column("seed")] public long? Seed { get; init; }
    [Column("code_commit")] public string? CodeCommit { get; init; }
    [Column("runtime")] public string Runtime { get; init; } = "";
    [Column("operating_system")] public string OperatingSystem { get; init; } = "";
    [Column("processor")] public string Processor { get; init; } = "";
    [Column("owner")] public string Owner { get; init; } = "";
    [Column("started_at")] public long StartedAt { get; init; }
    [Column("ended_at")] public long? EndedAt { get; init; }

    /// <summary>Until when the process that works on it vouches for it; null where it has ended, or somebody else says when it ends.</summary>
    [Column("alive_until")] public long? AliveUntil { get; init; }

    [Column("command")] public string? Command { get; init; }

    /// <summary>What its module needs to run it again, as JSON.</summary>
    [Column("recipe")] public string? Recipe { get; init; }
    [Column("reproduces")] public string? Reproduces { get; init; }

    /// <summary>When it was deleted; null while it is there.</summary>
    [Column("deleted_at")] public long? DeletedAt { get; init; }

    public Run ToRun(
        FolderRow folder, IReadOnlyDictionary<string, string> parameters, IReadOnlyList<MetricPoint> metrics, IReadOnlyDictionary<string, string> tags) => new(
        new(Guid.Parse(Id)), Workspace, Kind, Name, folder.Name, ParentId is null ? null : new RunId(Guid.Parse(ParentId)), RunRows.Status(Status), Error, Seed,
        new(CodeCommit, Runtime, OperatingSystem, Processor, Command), Owner, Instant.FromColumn(StartedAt), EndedAt is { } end ? Instant.FromColumn(end) : null,
        parameters, metrics.ToDictionary(metric => metric.Key, metric => metric.Value), tags)
        {
            LastMetrics = metrics,
            FolderNumber = folder.Number,
            Stage = DeletedAt is null ? Lifecycle.Active : Lifecycle.Deleted,
            ArtifactUri = ArtifactUri,
            Recipe = Recipe is null ? null : JsonSerializer.Deserialize<JsonElement>(Recipe),
            Reproduces = Reproduces is null ? null : new RunId(Guid.Parse(Reproduces)),
        };
}

[Table("run_parameters")]
internal sealed record RunParameterRow
{
    [PrimaryKey(1), Column("run_key")] public long RunKey { get; init; }
    [PrimaryKey(2), Column("name")] public string Name { get; init; } = "";
    [Column("value")] public string Value { get; init; } = "";
}

[Table("run_tags")]
internal sealed record RunTagRow
{
    [PrimaryKey(1), Column("run_key")] public long RunKey { get; init; }
    [PrimaryKey(2), Column("name")] public string Name { get; init; } = "";
    [Column("value")] public string Value { get; init; } = "";
}

/// <summary>A logged model that a run read or made.</summary>
[Table("run_models")]
internal sealed record RunModelRow
{
    [PrimaryKey(1), Column("run_key")] public long RunKey { get; init; }
    [PrimaryKey(2), Column("model_id")] public string ModelId { get; init; } = "";
    [PrimaryKey(3), Column("output")] public bool Output { get; init; }
    [Column("step")] public long Step { get; init; }
}

internal static class RunModelRows
{
    public static int Add(DataConnection transaction, Caller caller, long run, RunLog log)
    {
        foreach (var id in log.ModelInputs.Concat(log.ModelOutputs.Select(output => output.Model)).Distinct())
            LoggedModelRows.Require(transaction, caller, id);
        foreach (var id in log.ModelInputs)
            Set(transaction, new() { RunKey = run, ModelId = id });
        foreach (var output in log.ModelOutputs)
            Set(transaction, new() { RunKey = run, ModelId = output.Model, Output = true, Step = output.Step });
        return log.ModelInputs.Count + log.ModelOutputs.Count;
    }

    private static void Set(DataConnection transaction, RunModelRow row)
    {
        if (transaction.Update(row) == 0)
            transaction.Insert(row);
    }
}

[Table("run_artifacts")]
internal sealed record RunArtifactRow
{
    [PrimaryKey(1), Column("run_id")] public string RunId { get; init; } = "";
    [PrimaryKey(2), Column("path")] public string Path { get; init; } = "";
    [Column("digest")] public string Digest { get; init; } = "";
    [Column("length")] public long Length { get; init; }
    [Column("media_type")] public string MediaType { get; init; } = "";

    public RunArtifact ToArtifact() => new(Path, new Blob(Kernel.Digest.Parse(Digest), Length), MediaType);
}

internal static class RunRows
{
    /// <summary>How a status is kept; a word of its own, so that renaming the enum's member cannot change what is stored.</summary>
    public static string Word(RunStatus status) => status switch
    {
        RunStatus.Running => "running",
        RunStatus.Finished => "finished",
        RunStatus.Failed => "failed",
        RunStatus.Cancelled => "cancelled",
        RunStatus.Scheduled => "scheduled",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "No such status."),
    };

    public static RunStatus Status(string word) => word switch
    {
        "running" => RunStatus.Running,
        "finished" => RunStatus.Finished,
        "failed" => RunStatus.Failed,
        "cancelled" => RunStatus.Cancelled,
        "scheduled" => RunStatus.Scheduled,
        _ => throw new OrreryException(ErrorCode.Internal, $"The run table has a status '{word}'."),
    };

    /// <summary>The run, which must be of the caller's workspace.</summary>
    public static RunRow Require(DataConnection transaction, Caller caller, RunId run)
    {
        var id = run.ToString();
        return transaction.GetTable<RunRow>().SingleOrDefault(row => row.Id == id && row.Workspace == caller.Workspace) ?? throw Missing(caller, run);
    }

    /// <summary>As <see cref="Require"/>, and it must not be deleted.</summary>
    public static RunRow RequireActive(DataConnection transaction, Caller caller, RunId run) => Active(Require(transaction, caller, run));

    public static RunRow Active(RunRow run) => run.DeletedAt is null
        ? run
        : throw new PreconditionFailedException($"The run {run.Id} must be in the 'active' state. Current state is deleted: restore it first.");

    public static NotFoundException Missing(Caller caller, RunId run) => new($"Run with id={run} not found in workspace '{caller.Workspace}'.");
}
