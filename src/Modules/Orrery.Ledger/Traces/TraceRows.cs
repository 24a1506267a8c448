using LinqToDB;
using LinqToDB.Data;
using LinqToDB.Mapping;
using Orrery.Kernel;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Storage;
using Orrery.Ledger.Traces.Spans;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Traces;

[Table("traces")]
internal sealed record TraceRow
{
    [PrimaryKey, Identity, Column("key")] public long Key { get; init; }
    [Column("workspace")] public string Workspace { get; init; } = "";
    [Column("id")] public string Id { get; init; } = "";
    [Column("folder_key")] public long FolderKey { get; init; }
    [Column("state")] public string State { get; init; } = "";
    [Column("started_at")] public long StartedAt { get; init; }

    /// <summary>In microseconds.</summary>
    [Column("duration")] public long? Duration { get; init; }
    [Column("spans")] public int Spans { get; init; }
    [Column("input_tokens")] public long? InputTokens { get; init; }
    [Column("output_tokens")] public long? OutputTokens { get; init; }
    [Column("total_tokens")] public long? TotalTokens { get; init; }
    [Column("cost")] public double? Cost { get; init; }
    [Column("client_request_id")] public string? ClientRequestId { get; init; }
    [Column("request_preview")] public string? RequestPreview { get; init; }
    [Column("response_preview")] public string? ResponsePreview { get; init; }

    public Trace ToTrace(FolderRow folder, IReadOnlyDictionary<string, string> tags, IReadOnlyDictionary<string, string> metadata) => new(
        Id, folder.Number, TraceRows.State(State), Instant.FromColumn(StartedAt), Duration is { } microseconds ? TimeSpan.FromMicroseconds(microseconds) : null, Spans,
        TotalTokens is { } total ? new(InputTokens ?? 0, OutputTokens ?? 0, total, Cost) : null, tags, metadata)
    {
        ClientRequestId = ClientRequestId,
        RequestPreview = RequestPreview,
        ResponsePreview = ResponsePreview,
        ArtifactUri = $"{folder.ArtifactRoot.TrimEnd('/')}/traces/{Id}/artifacts",
    };
}

[Table("trace_tags")]
internal sealed record TraceTagRow
{
    [PrimaryKey(1), Column("trace_key")] public long TraceKey { get; init; }
    [PrimaryKey(2), Column("name")] public string Name { get; init; } = "";
    [Column("value")] public string Value { get; init; } = "";
}

[Table("trace_metadata")]
internal sealed record TraceMetadataRow
{
    [PrimaryKey(1), Column("trace_key")] public long TraceKey { get; init; }
    [PrimaryKey(2), Column("name")] public string Name { get; init; } = "";
    [Column("value")] public string Value { get; init; } = "";
}

/// <summary>A trace belongs to a run: it was made in it, or somebody said so.</summary>
[Table("trace_runs")]
internal sealed record TraceRunRow
{
    [PrimaryKey(1), Column("run_id")] public string RunId { get; init; } = "";
    [PrimaryKey(2), Column("trace_key")] public long TraceKey { get; init; }
}

internal static class TraceRows
{
    private const int MaxIdLength = 250;

    /// <summary>How a state is kept; a word of its own, so that renaming the enum's member cannot change what is stored.</summary>
    public static string Word(TraceState state) => state switch
    {
        TraceState.InProgress => "in_progress",
        TraceState.Ok => "ok",
        TraceState.Error => "error",
        _ => "state_unspecified",
    };

    public static TraceState State(string word) => word switch
    {
        "in_progress" => TraceState.InProgress,
        "ok" => TraceState.Ok,
        "error" => TraceState.Error,
        _ => TraceState.Unspecified,
    };

    public static TraceRow? Find(DataConnection connection, Caller caller, string id) =>
        connection.GetTable<TraceRow>().SingleOrDefault(row => row.Workspace == caller.Workspace && row.Id == id);

    public static TraceRow Require(DataConnection connection, Caller caller, string id) => Find(connection, caller, id) ?? throw Missing(id);

    public static NotFoundException Missing(string id) => new($"Trace with ID '{(id.Length > MaxIdLength ? id[..MaxIdLength] + "…" : id)}' not found.");

    /// <summary>Refuses an id that could not be a part of a path: clients put a trace's file in a folder of its name.</summary>
    public static void CheckId(string id)
    {
        if (id.Length is 0 or > MaxIdLength || !char.IsAsciiLetterOrDigit(id[0]) || id.Contains("..", StringComparison.Ordinal)
            || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':'))
            throw new InvalidException($"'{(id.Length > 80 ? id[..80] + "…" : id)}' is no id of a trace: expected 1 to {MaxIdLength} letters, digits, '-', '_', '.' or ':', the first of them a letter or digit.");
    }

    /// <summary>What else a trace may be called: OpenTelemetry's bare 32 digits are the end of what clients of MLflow call it.</summary>
    public static string? Prefixed(string id) =>
        id.Length == 32 && id.All(char.IsAsciiHexDigit) ? TraceSpan.TracePrefix + id.ToLowerInvariant() : null;

    /// <summary>Sets tags within a transaction.</summary>
    public static void SetTags(DataConnection transaction, long trace, IReadOnlyDictionary<string, string> tags)
    {
        foreach (var (name, value) in tags)
        {
            if (transaction.GetTable<TraceTagRow>().Where(row => row.TraceKey == trace && row.Name == name).Set(row => row.Value, value).Update() == 0)
                transaction.Insert(new TraceTagRow { TraceKey = trace, Name = name, Value = value });
        }
    }

    /// <summary>Sets metadata within a transaction.</summary>
    public static void SetMetadata(DataConnection transaction, long trace, IReadOnlyDictionary<string, string> metadata)
    {
        foreach (var (name, value) in metadata)
        {
            if (transaction.GetTable<TraceMetadataRow>().Where(row => row.TraceKey == trace && row.Name == name).Set(row => row.Value, value).Update() == 0)
                transaction.Insert(new TraceMetadataRow { TraceKey = trace, Name = name, Value = value });
        }
    }
}
