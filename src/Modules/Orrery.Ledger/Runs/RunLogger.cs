using LinqToDB;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Runs;

/// <summary>Adds to a run within a transaction.</summary>
internal sealed class RunLogger(IAudit audit, TimeProvider clock)
{
    /// <summary>In one call; a longer course comes in several.</summary>
    public const int MaxPoints = 100_000;

    /// <summary>Refuses what is out of bounds before the transaction begins.</summary>
    public static void Check(RunLog log)
    {
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
        if (log.Metrics.Count > MaxPoints)
            throw new QuotaExceededException($"{log.Metrics.Count} metric points in one call; at most {MaxPoints}. Send them in several.");
        foreach (var point in log.Metrics)
            LedgerNames.CheckKey(point.Key, "metric");
    }

    public void Log(DataConnection transaction, Caller caller, RunId run, RunLog log)
    {
        RunRows.Require(transaction, caller, run);
        var id = run.ToString();
        var changes = new List<string>();
        Note(changes, AddParameters(transaction, id, log.Parameters), "parameters");
        Note(changes, SetTags(transaction, id, log.Tags), "tags");
        Note(changes, SetArtifacts(transaction, id, log.Artifacts), "artifacts");
        Note(changes, AddInputs(transaction, caller, run, log.Inputs), "inputs");
        AddMetrics(transaction, id, log.Metrics); // signals, not changes: they leave no audit record
        if (changes.Count > 0)
            audit.Append(transaction, caller, "run.logged", $"run/{run}", string.Join(", ", changes));
    }

    private static void Note(List<string> changes, int count, string what)
    {
        if (count > 0)
            changes.Add($"{count} {what}");
    }

    private static int AddParameters(DataConnection transaction, string run, IReadOnlyDictionary<string, string> parameters)
    {
        if (parameters.Count == 0)
            return 0;
        var present = transaction.GetTable<RunParameterRow>().Where(row => row.RunId == run).ToDictionary(row => row.Name, row => row.Value);
        var added = 0;
        foreach (var (name, value) in parameters)
        {
            if (!present.TryGetValue(name, out var before))
            {
                transaction.Insert(new RunParameterRow { RunId = run, Name = name, Value = value });
                added++;
            }
            else if (before != value)
                throw new ConflictException($"The run's parameter '{name}' is '{before}' and cannot become '{value}': what a run was given does not change.");
        }

        return added;
    }

    private static int SetTags(DataConnection transaction, string run, IReadOnlyDictionary<string, string> tags)
    {
        foreach (var (name, value) in tags)
        {
            if (transaction.GetTable<RunTagRow>().Where(row => row.RunId == run && row.Name == name).Set(row => row.Value, value).Update() == 0)
                transaction.Insert(new RunTagRow { RunId = run, Name = name, Value = value });
        }

        return tags.Count;
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

    private static void AddMetrics(DataConnection transaction, string run, IReadOnlyList<MetricPoint> points)
    {
        if (points.Count == 0)
            return;
        transaction.BulkCopy(points.Select(point => MetricPointRow.Of(run, point)));
        foreach (var group in points.GroupBy(point => point.Key))
        {
            // Of equal step and time the one that came last counts, as for the tracking clients: MaxBy keeps the first, so look from the end.
            var last = MetricPointRow.Of(run, group.Reverse().MaxBy(point => (point.Step, point.Time.UtcTicks))!);
            var rows = transaction.GetTable<RunMetricRow>().Where(row => row.RunId == run && row.Name == last.Name);
            if (rows.SingleOrDefault() is not { } before)
                transaction.Insert(new RunMetricRow { RunId = run, Name = last.Name, Value = last.Value, Step = last.Step, Time = last.Time });
            else if ((last.Step, last.Time).CompareTo((before.Step, before.Time)) >= 0)
                rows.Set(row => row.Value, last.Value).Set(row => row.Step, last.Step).Set(row => row.Time, last.Time).Update();
        }
    }
}
