using System.Globalization;
using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Storage;
using Orrery.Ledger.Workspaces;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Runs;

/// <summary>The record of runs on the relational port.</summary>
internal sealed class RunStore(IDatabase database, IAudit audit, RunLogger logger, RunEnvironmentReader environment, LiveRuns live, TimeProvider clock) : IRuns
{
    private const int MaxErrorLength = 16_384; // a stack trace fits; a dump of the input does not

    public Task<Run> StartAsync(Caller caller, NewRun run, CancellationToken cancellationToken = default)
    {
        LedgerNames.CheckKey(run.Kind, "kind of run");
        LedgerNames.CheckKey(run.Name, "run");
        LedgerNames.CheckKey(run.Folder, "folder");
        var log = new RunLog { Parameters = run.Parameters ?? new Dictionary<string, string>(), Tags = run.Tags ?? new Dictionary<string, string>() };
        RunLogger.Check(log);
        var now = Instant.Now(clock);
        var row = RowOf(caller, run, environment.Read(), now);
        if (run.Keeper == RunKeeper.Process)
            row = row with { AliveUntil = live.Begin(row.Id) };
        return database.WriteAsync(transaction =>
        {
            WorkspaceStore.Require(transaction, caller);
            if (run.Id is not null && transaction.GetTable<RunRow>().SingleOrDefault(r => r.Id == row.Id) is { } there)
                return Again(transaction, caller, there);
            if (run.Parent is { } parent)
                RunRows.Require(transaction, caller, parent);
            transaction.Insert(row);
            foreach (var (name, value) in log.Parameters)
                transaction.Insert(new RunParameterRow { RunId = row.Id, Name = name, Value = value });
            foreach (var (name, value) in log.Tags)
                transaction.Insert(new RunTagRow { RunId = row.Id, Name = name, Value = value });
            if (run.Parent is { } whole)
                LineageRows.Link(transaction, caller, LineageNodeId.Of(whole), new(LineageNodeKind.Run, row.Id), LineageRoles.Part, now);
            audit.Append(transaction, caller, "run.started", $"run/{row.Id}", $"{run.Kind} {run.Name}");
            return row.ToRun(log.Parameters, new Dictionary<string, double>(), log.Tags);
        }, cancellationToken);
    }

    public Task LogAsync(Caller caller, RunId run, RunLog log, CancellationToken cancellationToken = default)
    {
        RunLogger.Check(log);
        return database.WriteAsync(transaction => logger.Log(transaction, caller, run, log), cancellationToken);
    }

    public async Task FinishAsync(Caller caller, RunId run, RunStatus status, string? error = null, CancellationToken cancellationToken = default)
    {
        if (status == RunStatus.Running)
            throw new InvalidException("A run ends as finished, failed or cancelled, not as running.");
        if (error is { Length: > MaxErrorLength })
            error = error[..MaxErrorLength] + "…";
        var word = RunRows.Word(status);
        var id = run.ToString();
        await database.WriteAsync(transaction =>
        {
            if (RunRows.Require(transaction, caller, run).Status != RunRows.Word(RunStatus.Running))
                return;
            var now = Instant.ToColumn(clock.GetUtcNow());
            transaction.GetTable<RunRow>().Where(row => row.Id == id)
                .Set(row => row.Status, word).Set(row => row.Error, error).Set(row => row.EndedAt, now).Set(row => row.AliveUntil, (long?)null).Update();
            audit.Append(transaction, caller, $"run.{word}", $"run/{run}", error is null ? "" : error.Split('\n')[0]);
        }, cancellationToken);
        live.End(id);
    }

    public Task<Run> GetAsync(Caller caller, RunId run, CancellationToken cancellationToken = default) =>
        database.ReadAsync(async (connection, token) =>
        {
            var id = run.ToString();
            var row = await connection.GetTable<RunRow>().SingleOrDefaultAsync(r => r.Id == id && r.Workspace == caller.Workspace, token)
                ?? throw RunRows.Missing(caller, run);
            return (await connection.WithDetailsAsync([row], token))[0];
        }, cancellationToken);

    public Task<Page<Run>> ListAsync(Caller caller, RunQuery query, PageRequest page, CancellationToken cancellationToken = default)
    {
        var limit = page.CheckedLimit;
        var after = PageCursor.Read(page.Cursor, 2);
        return database.ReadAsync(async (connection, token) =>
        {
            var runs = connection.GetTable<RunRow>().Where(row => row.Workspace == caller.Workspace).Matching(query);
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
            await connection.RequireRunAsync(caller, run, token);
            var id = run.ToString();
            var rows = await connection.GetTable<MetricPointRow>().Where(row => row.RunId == id && row.Name == key)
                .OrderBy(row => row.Step).ThenBy(row => row.Time).ToListAsync(token);
            return [.. rows.Select(row => row.ToPoint())];
        }, cancellationToken);

    public Task<IReadOnlyList<RunArtifact>> ArtifactsAsync(Caller caller, RunId run, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<RunArtifact>>(async (connection, token) =>
        {
            await connection.RequireRunAsync(caller, run, token);
            var id = run.ToString();
            var rows = await connection.GetTable<RunArtifactRow>().Where(row => row.RunId == id).OrderBy(row => row.Path).ToListAsync(token);
            return [.. rows.Select(row => row.ToArtifact())];
        }, cancellationToken);

    private static Run Again(DataConnection transaction, Caller caller, RunRow there)
    {
        if (there.Workspace != caller.Workspace)
            throw new ConflictException($"The id {there.Id} is taken.");
        return there.ToRun(
            transaction.GetTable<RunParameterRow>().Where(row => row.RunId == there.Id).ToDictionary(row => row.Name, row => row.Value),
            transaction.GetTable<RunMetricRow>().Where(row => row.RunId == there.Id).ToDictionary(row => row.Name, row => row.Value ?? double.NaN),
            transaction.GetTable<RunTagRow>().Where(row => row.RunId == there.Id).ToDictionary(row => row.Name, row => row.Value));
    }

    private static RunRow RowOf(Caller caller, NewRun run, RunEnvironment environment, DateTimeOffset now) => new()
    {
        Id = (run.Id ?? RunId.New(now)).ToString(),
        Workspace = caller.Workspace,
        Kind = run.Kind,
        Name = run.Name,
        Folder = run.Folder,
        ParentId = run.Parent?.ToString(),
        Status = RunRows.Word(RunStatus.Running),
        Seed = run.Seed,
        CodeCommit = environment.CodeCommit,
        Runtime = environment.Runtime,
        OperatingSystem = environment.OperatingSystem,
        Processor = environment.Processor,
        Owner = caller.Actor,
        StartedAt = Instant.ToColumn(now),
    };
}
