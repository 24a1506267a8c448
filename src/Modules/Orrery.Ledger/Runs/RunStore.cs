using System.Globalization;
using System.Text.Json;
using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Microsoft.Extensions.Options;
using Orrery.Kernel;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Runs.Datasets;
using Orrery.Ledger.Runs.Metrics;
using Orrery.Ledger.Runs.Search;
using Orrery.Ledger.Storage;
using Orrery.Ledger.Workspaces;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Runs;

/// <summary>The record of runs on the relational port.</summary>
internal sealed class RunStore(
    IDatabase database, IAudit audit, RunLogger logger, MetricNames names, RunEnvironmentReader environment, RunCode code, LiveRuns live, IOptions<LedgerOptions> options, TimeProvider clock) : IRuns
{
    private const int MaxErrorLength = 16_384; // a stack trace fits; a dump of the input does not

    private const int MaxDatasets = 1000;

    private const int MaxCommandLength = 2000;

    public async Task<Run> StartAsync(Caller caller, NewRun run, CancellationToken cancellationToken = default)
    {
        LedgerNames.CheckKey(run.Kind, "kind of run");
        LedgerNames.CheckKey(run.Name, "run");
        LedgerNames.CheckFolder(run.Folder);
        Check(run.Environment);
        var log = new RunLog { Parameters = run.Parameters ?? new Dictionary<string, string>(), Tags = run.Tags ?? new Dictionary<string, string>() };
        RunLogger.Check(log);
        var now = Instant.Now(clock);
        var row = RowOf(caller, run, run.Environment ?? environment.Read(), run.StartedAt ?? now);
        var files = run.Recipe is null ? [] : await code.KeepAsync(row.Id, cancellationToken);
        if (run.Keeper == RunKeeper.Process)
            row = row with { AliveUntil = live.Begin(row.Id) };
        return await database.WriteAsync(transaction =>
        {
            WorkspaceStore.Require(transaction, caller);
            if (run.Id is not null && transaction.GetTable<RunRow>().SingleOrDefault(r => r.Id == row.Id) is { } there)
                return Again(transaction, caller, there);
            if (run.Parent is { } parent)
                RunRows.Require(transaction, caller, parent);
            var folder = FolderOf(transaction, caller, run, now);
            var added = row with { FolderKey = folder.Key, ArtifactUri = $"{folder.ArtifactRoot.TrimEnd('/')}/{row.Id}/artifacts" };
            added = added with { Key = transaction.InsertWithInt64Identity(added) };
            foreach (var (name, value) in log.Parameters)
                transaction.Insert(new RunParameterRow { RunKey = added.Key, Name = name, Value = value });
            foreach (var (name, value) in log.Tags)
                transaction.Insert(new RunTagRow { RunKey = added.Key, Name = name, Value = value });
            foreach (var file in files)
                transaction.Insert(file);
            if (run.Reproduces is { } original)
                LineageRows.Link(transaction, caller, LineageNodeId.Of(original), new(LineageNodeKind.Run, row.Id), LineageRoles.Reproduced, now);
            if (run.Parent is { } whole)
                LineageRows.Link(transaction, caller, LineageNodeId.Of(whole), new(LineageNodeKind.Run, row.Id), LineageRoles.Part, now);
            audit.Append(transaction, caller, "run.started", $"run/{row.Id}", $"{run.Kind} {run.Name}");
            return added.ToRun(folder, log.Parameters, [], log.Tags);
        }, cancellationToken);
    }

    public async Task LogAsync(Caller caller, RunId run, RunLog log, CancellationToken cancellationToken = default)
    {
        RunLogger.Check(log);
        names.Remember(await database.WriteAsync(transaction => logger.Log(transaction, caller, run, log), cancellationToken));
    }

    public async Task FinishAsync(Caller caller, RunId run, RunStatus status, string? error = null, DateTimeOffset? endedAt = null, CancellationToken cancellationToken = default)
    {
        if (status is RunStatus.Running or RunStatus.Scheduled)
            throw new InvalidException($"A run ends as finished, failed or cancelled, not as {RunRows.Word(status)}.");
        if (error is { Length: > MaxErrorLength })
            error = error[..MaxErrorLength] + "…";
        var word = RunRows.Word(status);
        var id = run.ToString();
        await database.WriteAsync(transaction =>
        {
            var row = RunRows.Require(transaction, caller, run);
            if (RunRows.Status(row.Status) is not (RunStatus.Running or RunStatus.Scheduled))
                return;
            var now = Instant.ToColumn(endedAt ?? clock.GetUtcNow());
            if (endedAt is not null && now < row.StartedAt)
                throw new InvalidException($"Run {run} began at {Instant.FromColumn(row.StartedAt):O} and cannot have ended at {endedAt:O}.");
            transaction.GetTable<RunRow>().Where(r => r.Id == id)
                .Set(r => r.Status, word).Set(r => r.Error, error).Set(r => r.EndedAt, now).Set(r => r.AliveUntil, (long?)null).Update();
            audit.Append(transaction, caller, $"run.{word}", $"run/{run}", error is null ? "" : error.Split('\n')[0]);
        }, cancellationToken);
        live.End(id);
    }

    public async Task<Run> UpdateAsync(Caller caller, RunId run, RunChange change, CancellationToken cancellationToken = default)
    {
        if (change.Name is not null)
            LedgerNames.CheckKey(change.Name, "run");
        var tags = change.Tags ?? new Dictionary<string, string>();
        RunLogger.Check(new() { Tags = tags });
        var (status, ended) = (change.Status is { } word ? RunRows.Word(word) : null, change.EndedAt is { } end ? Instant.ToColumn(end) : (long?)null);
        await database.WriteAsync(transaction =>
        {
            var row = RunRows.RequireActive(transaction, caller, run);
            transaction.GetTable<RunRow>().Where(r => r.Key == row.Key)
                .Set(r => r.Name, change.Name ?? row.Name).Set(r => r.Status, status ?? row.Status).Set(r => r.EndedAt, ended ?? row.EndedAt)
                .Set(r => r.AliveUntil, status is null ? row.AliveUntil : null).Update();
            RunLogger.SetTags(transaction, row.Key, tags);
            audit.Append(transaction, caller, "run.updated", $"run/{run}", status ?? "");
        }, cancellationToken);
        if (status is not null)
            live.End(run.ToString()); // whoever says how it stands keeps it from now on
        return await GetAsync(caller, run, cancellationToken);
    }

    public Task DeleteTagAsync(Caller caller, RunId run, string tag, CancellationToken cancellationToken = default) =>
        database.WriteAsync(transaction =>
        {
            var row = RunRows.RequireActive(transaction, caller, run);
            if (transaction.GetTable<RunTagRow>().Where(t => t.RunKey == row.Key && t.Name == tag).Delete() == 0)
                throw new NotFoundException($"No tag with name: {tag} in run with id {run}.");
            audit.Append(transaction, caller, "run.untagged", $"run/{run}", tag);
        }, cancellationToken);

    public Task DeleteAsync(Caller caller, RunId run, CancellationToken cancellationToken = default) =>
        SetDeletedAsync(caller, run, Instant.ToColumn(clock.GetUtcNow()), "run.deleted", cancellationToken);

    public Task RestoreAsync(Caller caller, RunId run, CancellationToken cancellationToken = default) => SetDeletedAsync(caller, run, null, "run.restored", cancellationToken);

    public Task<Run> GetAsync(Caller caller, RunId run, CancellationToken cancellationToken = default) =>
        database.ReadAsync(async (connection, token) =>
        {
            var row = await connection.FindRunAsync(caller, run, token);
            return (await connection.WithDetailsAsync([row], token))[0];
        }, cancellationToken);

    public Task<Page<Run>> SearchAsync(Caller caller, RunSearch search, CancellationToken cancellationToken = default)
    {
        var query = RunSearchQuery.Parse(search);
        return database.ReadAsync(async (connection, token) =>
        {
            var page = await query.ReadAsync(connection, caller, names, token);
            return new Page<Run>(await connection.WithDetailsAsync(page.Items, token), page.Next);
        }, cancellationToken);
    }

    public Task<int> CountAsync(Caller caller, RunSearch search, CancellationToken cancellationToken = default)
    {
        var query = RunSearchQuery.Parse(search);
        return database.ReadAsync((connection, token) => query.CountAsync(connection, caller, names, token), cancellationToken);
    }

    public Task<Page<Run>> ListAsync(Caller caller, RunQuery query, PageRequest page, CancellationToken cancellationToken = default)
    {
        var limit = page.CheckedLimit;
        var after = PageCursor.Read(page.Cursor, 2);
        return database.ReadAsync(async (connection, token) =>
        {
            var runs = connection.GetTable<RunRow>().Where(row => row.Workspace == caller.Workspace && row.DeletedAt == null).Matching(connection, caller, query);
            if (after is [var time, var id])
            {
                var before = PageCursor.Number(time);
                runs = runs.Where(row => row.StartedAt < before || (row.StartedAt == before && row.Id.CompareTo(id) < 0));
            }

            var rows = await runs.OrderByDescending(row => row.StartedAt).ThenByDescending(row => row.Id).Take(limit + 1).ToListAsync(token);
            var next = rows.ToPage(limit, row => row, row => [row.StartedAt.ToString(CultureInfo.InvariantCulture), row.Id]);
            return new Page<Run>(await connection.WithDetailsAsync(next.Items, token), next.Next);
        }, cancellationToken);
    }

    public Task<IReadOnlyList<MetricPoint>> MetricHistoryAsync(Caller caller, RunId run, string key, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<MetricPoint>>(async (connection, token) =>
        {
            var row = await connection.FindRunAsync(caller, run, token);
            if (!(await names.FindAsync(connection, [key], token)).TryGetValue(key, out var metric))
                return [];
            var course = await connection.CourseAsync(row.Key, metric, token);
            return course.ConvertAll(point => new MetricPoint(key, point.Value, point.Step, Instant.FromColumn(point.Time)));
        }, cancellationToken);

    public Task<IReadOnlyList<DatasetUse>> DatasetsAsync(Caller caller, IReadOnlyList<long> folders, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<DatasetUse>>(async (connection, token) => await (
            from dataset in connection.GetTable<RunDatasetRow>()
            join run in connection.GetTable<RunRow>() on dataset.RunKey equals run.Key
            join folder in connection.GetTable<FolderRow>() on run.FolderKey equals folder.Key
            where folder.Workspace == caller.Workspace && folders.Contains(folder.Number)
            select new DatasetUse(folder.Number, dataset.Name, dataset.Digest, dataset.Context)).Distinct().Take(MaxDatasets).ToListAsync(token), cancellationToken);

    public Task<IReadOnlyList<RunArtifact>> ArtifactsAsync(Caller caller, RunId run, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<RunArtifact>>(async (connection, token) =>
        {
            var id = (await connection.FindRunAsync(caller, run, token)).Id;
            var rows = await connection.GetTable<RunArtifactRow>().Where(row => row.RunId == id).OrderBy(row => row.Path).ToListAsync(token);
            return [.. rows.Select(row => row.ToArtifact())];
        }, cancellationToken);

    private static Run Again(DataConnection transaction, Caller caller, RunRow there)
    {
        if (there.Workspace != caller.Workspace)
            throw new ConflictException($"The id {there.Id} is taken.");
        return transaction.WithDetails(there);
    }

    private FolderRow FolderOf(DataConnection transaction, Caller caller, NewRun run, DateTimeOffset now)
    {
        if (run.FolderNumber is { } number)
            return FolderRows.Active(FolderRows.Require(transaction, caller, number));
        return FolderRows.Find(transaction, caller, run.Folder) is { } there
            ? FolderRows.Active(there)
            : FolderRows.Add(transaction, caller, run.Folder, null, options.Value.ArtifactRoot, now);
    }

    private Task SetDeletedAsync(Caller caller, RunId run, long? deletedAt, string action, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction =>
        {
            var row = RunRows.Require(transaction, caller, run);
            if (row.DeletedAt is null == deletedAt is null)
                return;
            transaction.GetTable<RunRow>().Where(r => r.Key == row.Key).Set(r => r.DeletedAt, deletedAt).Update();
            audit.Append(transaction, caller, action, $"run/{run}");
        }, cancellationToken);

    private static void Check(RunEnvironment? environment)
    {
        if (environment?.Command is { Length: > MaxCommandLength } command)
            throw new InvalidException($"A run's command has at most {MaxCommandLength} characters; got {command.Length}.");
        foreach (var text in environment is null ? [] : new[] { environment.CodeCommit ?? "", environment.Runtime, environment.OperatingSystem, environment.Processor })
        {
            if (text is not { Length: <= AssetRef.MaxNameLength })
                throw new InvalidException($"A run's environment is its commit, runtime, operating system and processor, each of at most {AssetRef.MaxNameLength} characters.");
        }
    }

    private static RunRow RowOf(Caller caller, NewRun run, RunEnvironment environment, DateTimeOffset start) => new()
    {
        Id = (run.Id ?? RunId.New(start)).ToString(),
        Workspace = caller.Workspace,
        Kind = run.Kind,
        Name = run.Name,
        ParentId = run.Parent?.ToString(),
        Status = RunRows.Word(RunStatus.Running),
        Seed = run.Seed,
        CodeCommit = environment.CodeCommit,
        Runtime = environment.Runtime,
        OperatingSystem = environment.OperatingSystem,
        Processor = environment.Processor,
        Command = environment.Command,
        Recipe = run.Recipe is { } recipe ? JsonSerializer.Serialize(recipe, LedgerJson.Options) : null,
        Reproduces = run.Reproduces?.ToString(),
        Owner = caller.Actor,
        StartedAt = Instant.ToColumn(start),
    };
}
