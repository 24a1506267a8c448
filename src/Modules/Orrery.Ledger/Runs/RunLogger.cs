using LinqToDB;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.LoggedModels;
using Orrery.Ledger.Runs.Datasets;
using Orrery.Ledger.Runs.Metrics;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Runs;

/// <summary>Adds to a run within a transaction.</summary>
internal sealed class RunLogger(IAudit audit, MetricNames names, TimeProvider clock)
{
    /// <summary>In one call; a longer course comes in several.</summary>
    public const int MaxPoints = 100_000;

    /// <summary>Refuses what is out of bounds before the transaction begins.</summary>
    public static void Check(RunLog log)
    {
        if (log.Name is not null)
            LedgerNames.CheckKey(log.Name, "run");
        foreach (var (key, value) in log.Parameters)
            LedgerNames.CheckEntry(key, value, "parameter");
        foreach (var (key, value) in log.Tags)
            LedgerNames.CheckEntry(key, value, "tag");
        foreach (var artifact in log.Artifacts)
        {
            LedgerNames.CheckPath(artifact.Path);
            LedgerNames.CheckKey(artifact.MediaType, "media type");
        }

        foreach (var input in log.Inputs)
            LedgerNames.CheckKey(input.Role, "role of an input");
        foreach (var dataset in log.Datasets)
            RunDatasetRows.Check(dataset);
        if (log.Metrics.Count > MaxPoints)
            throw new QuotaExceededException($"{log.Metrics.Count} metric points in one call; at most {MaxPoints}. Send them in several.");
        foreach (var point in log.Metrics)
            LedgerNames.CheckKey(point.Key, "metric");
    }

    /// <summary>Adds all of it, and returns the names of metrics to remember once that is durable.</summary>
    public IReadOnlyDictionary<string, long> Log(DataConnection transaction, Caller caller, RunId run, RunLog log)
    {
        var row = RunRows.RequireActive(transaction, caller, run);
        var changes = new List<string>();
        if (log.Name is { } name && name != row.Name)
            Note(changes, transaction.GetTable<RunRow>().Where(r => r.Key == row.Key).Set(r => r.Name, name).Update(), "name");
        Note(changes, AddParameters(transaction, row, log.Parameters), "parameters");
        Note(changes, SetTags(transaction, row.Key, log.Tags), "tags");
        Note(changes, SetArtifacts(transaction, row.Id, log.Artifacts), "artifacts");
        Note(changes, AddInputs(transaction, caller, run, log.Inputs), "inputs");
        Note(changes, RunDatasetRows.Add(transaction, row.Key, log.Datasets), "datasets");
        Note(changes, RunModelRows.Add(transaction, caller, row.Key, log), "models");
        LoggedModelRows.AddMetrics(transaction, caller, row, log.ModelMetrics);
        if (changes.Count > 0)
            audit.Append(transaction, caller, "run.logged", $"run/{run}", string.Join(", ", changes));
        if (log.Metrics.Count == 0)
            return new Dictionary<string, long>();
        var keys = names.Take(transaction, [.. log.Metrics.Select(point => point.Key).Distinct()]);
        MetricWriter.Add(transaction, row, log.Metrics, keys); // signals, not changes: they leave no audit record
        return keys;
    }

    /// <summary>Sets tags of a run, within a transaction.</summary>
    public static int SetTags(DataConnection transaction, long run, IReadOnlyDictionary<string, string> tags)
    {
        foreach (var (name, value) in tags)
        {
            if (transaction.GetTable<RunTagRow>().Where(row => row.RunKey == run && row.Name == name).Set(row => row.Value, value).Update() == 0)
                transaction.Insert(new RunTagRow { RunKey = run, Name = name, Value = value });
        }

        return tags.Count;
    }

    private static void Note(List<string> changes, int count, string what)
    {
        if (count > 0)
            changes.Add($"{count} {what}");
    }

    private static int AddParameters(DataConnection transaction, RunRow run, IReadOnlyDictionary<string, string> parameters)
    {
        if (parameters.Count == 0)
            return 0;
        var present = transaction.GetTable<RunParameterRow>().Where(row => row.RunKey == run.Key).ToDictionary(row => row.Name, row => row.Value);
        var added = 0;
        foreach (var (name, value) in parameters)
        {
            if (!present.TryGetValue(name, out var before))
            {
                transaction.Insert(new RunParameterRow { RunKey = run.Key, Name = name, Value = value });
                added++;
            }
            else if (before != value)
            {
                throw new ConflictException(
                    $"Changing param values is not allowed. Param with key='{name}' was already logged with value='{before}' for run ID='{run.Id}'. Attempted logging new value '{value}'.");
            }
        }

        return added;
    }

    private static int SetArtifacts(DataConnection transaction, string run, IReadOnlyList<RunArtifact> artifacts)
    {
        foreach (var artifact in artifacts)
        {
            transaction.GetTable<RunArtifactRow>().Where(row => row.RunId == run && row.Path == artifact.Path).Delete();
            transaction.Insert(new RunArtifactRow
            {
                RunId = run,
                Path = artifact.Path,
                Digest = artifact.Content.Digest.ToString(),
                Length = artifact.Content.Length,
                MediaType = artifact.MediaType,
            });
        }

        return artifacts.Count;
    }

    private int AddInputs(DataConnection transaction, Caller caller, RunId run, IReadOnlyList<RunInput> inputs)
    {
        if (inputs.Count == 0)
            return 0;
        var ids = inputs.Select(input => input.Version.ToString()).Distinct().ToList();
        var known = (from version in transaction.GetTable<VersionRow>()
                     join asset in transaction.GetTable<AssetRow>() on version.AssetId equals asset.Id
                     where ids.Contains(version.Id) && asset.Workspace == caller.Workspace
                     select version.Id).ToHashSet();
        if (ids.Find(id => !known.Contains(id)) is { } missing)
            throw new NotFoundException($"There is no version {missing} in workspace '{caller.Workspace}' that the run could have read.");
        var now = Instant.Now(clock);
        return inputs.Count(input => LineageRows.Link(transaction, caller, LineageNodeId.Of(input.Version), LineageNodeId.Of(run), input.Role, now));
    }
}
