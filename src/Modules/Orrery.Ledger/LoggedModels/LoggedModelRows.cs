using LinqToDB;
using LinqToDB.Data;
using LinqToDB.Mapping;
using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;

namespace Orrery.Ledger.LoggedModels;

[Table("logged_models")]
internal sealed record LoggedModelRow
{
    [PrimaryKey, Identity, Column("key")] public long Key { get; init; }
    [Column("id")] public string Id { get; init; } = "";
    [Column("workspace")] public string Workspace { get; init; } = "";
    [Column("folder_key")] public long FolderKey { get; init; }
    [Column("name")] public string Name { get; init; } = "";
    [Column("artifact_uri")] public string ArtifactUri { get; init; } = "";
    [Column("status")] public string Status { get; init; } = "";
    [Column("type")] public string Type { get; init; } = "";
    [Column("source_run")] public string SourceRun { get; init; } = "";
    [Column("created_at")] public long CreatedAt { get; init; }
    [Column("updated_at")] public long UpdatedAt { get; init; }
    [Column("deleted_at")] public long? DeletedAt { get; init; }
}

[Table("logged_model_parameters")]
internal sealed record LoggedModelParameterRow
{
    [PrimaryKey(1), Column("model_key")] public long ModelKey { get; init; }
    [PrimaryKey(2), Column("name")] public string Name { get; init; } = "";
    [Column("value")] public string Value { get; init; } = "";
}

[Table("logged_model_tags")]
internal sealed record LoggedModelTagRow
{
    [PrimaryKey(1), Column("model_key")] public long ModelKey { get; init; }
    [PrimaryKey(2), Column("name")] public string Name { get; init; } = "";
    [Column("value")] public string Value { get; init; } = "";
}

/// <summary>A metric of a logged model; of one run, step and time there is one value.</summary>
[Table("logged_model_metrics")]
internal sealed record LoggedModelMetricRow
{
    [PrimaryKey(1), Column("model_key")] public long ModelKey { get; init; }
    [PrimaryKey(2), Column("name")] public string Name { get; init; } = "";
    [PrimaryKey(3), Column("run_id")] public string RunId { get; init; } = "";
    [PrimaryKey(4), Column("step")] public long Step { get; init; }
    [PrimaryKey(5), Column("time")] public long Time { get; init; }

    /// <summary>Null where it is NaN.</summary>
    [Column("value")] public double? Value { get; init; }
    [Column("dataset_name")] public string? DatasetName { get; init; }
    [Column("dataset_digest")] public string? DatasetDigest { get; init; }

    public ModelMetric ToMetric(string model) =>
        new(model, new(Name, Value ?? double.NaN, Step, Instant.FromColumn(Time)), new(Guid.Parse(RunId)), DatasetName, DatasetDigest);
}

internal static class LoggedModelRows
{
    public static string Word(LoggedModelStatus status) => status switch
    {
        LoggedModelStatus.Pending => "pending",
        LoggedModelStatus.Ready => "ready",
        _ => "failed",
    };

    public static LoggedModelStatus Status(string word) => word switch
    {
        "pending" => LoggedModelStatus.Pending,
        "ready" => LoggedModelStatus.Ready,
        _ => LoggedModelStatus.Failed,
    };

    public static LoggedModelRow Require(DataConnection connection, Caller caller, string id) =>
        connection.GetTable<LoggedModelRow>().SingleOrDefault(row => row.Id == id && row.Workspace == caller.Workspace && row.DeletedAt == null) ?? throw Missing(id);

    public static NotFoundException Missing(string id) => new($"Logged model with ID '{id}' not found.");

    /// <summary>Adds metrics of models within the transaction that logs them to a run.</summary>
    public static void AddMetrics(DataConnection transaction, Caller caller, RunRow run, IReadOnlyList<ModelMetric> metrics)
    {
        foreach (var group in metrics.GroupBy(metric => metric.Model))
        {
            var model = Require(transaction, caller, group.Key);
            foreach (var metric in group)
            {
                var row = new LoggedModelMetricRow
                {
                    ModelKey = model.Key,
                    Name = metric.Point.Key,
                    RunId = run.Id,
                    Step = metric.Point.Step,
                    Time = Instant.ToColumn(metric.Point.Time),
                    Value = double.IsNaN(metric.Point.Value) ? null : metric.Point.Value,
                    DatasetName = metric.DatasetName,
                    DatasetDigest = metric.DatasetDigest,
                };
                if (transaction.Update(row) == 0)
                    transaction.Insert(row);
            }
        }
    }
}
