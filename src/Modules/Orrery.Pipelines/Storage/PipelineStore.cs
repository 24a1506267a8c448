using System.Globalization;
using System.Text.Json;
using LinqToDB;
using LinqToDB.Async;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Runs;
using Orrery.Pipelines.Steps;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;
using Orrery.Platform.Signals;

namespace Orrery.Pipelines.Storage;

/// <summary>The durable state of pipelines' runs.</summary>
internal sealed class PipelineStore(IDatabase database, TimeProvider clock)
{
    private static readonly string Running = Words.Of(RunStatus.Running);

    public long Now => SignalBatch.ToMicroseconds(clock.GetUtcNow());

    /// <summary>Adds a run with its steps; the run there is where one of the same trigger exists.</summary>
    public Task<(PipelineRunRow Run, bool Added)> AddAsync(PipelineRunRow run, IReadOnlyList<PipelineStepRow> steps, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction =>
        {
            if (run.TriggerKey is { } key && transaction.GetTable<PipelineRunRow>().SingleOrDefault(row => row.TriggerKey == key) is { } there)
                return (there, false);
            transaction.Insert(run);
            foreach (var step in steps)
                transaction.Insert(step);
            return (run, true);
        }, cancellationToken);

    public Task<PipelineRunRow?> FindAsync(RunId run, CancellationToken cancellationToken)
    {
        var id = run.ToString();
        return database.ReadAsync((connection, token) => connection.GetTable<PipelineRunRow>().SingleOrDefaultAsync(row => row.Id == id, token), cancellationToken);
    }

    public async Task<PipelineRunRow> GetAsync(Caller caller, RunId run, CancellationToken cancellationToken) =>
        await FindAsync(run, cancellationToken) is { } row && row.Workspace == caller.Workspace
            ? row
            : throw new NotFoundException($"There is no run {run} of a pipeline in workspace '{caller.Workspace}'.");

    public Task<List<PipelineStepRow>> StepsAsync(RunId run, CancellationToken cancellationToken)
    {
        var id = run.ToString();
        return database.ReadAsync((connection, token) =>
            connection.GetTable<PipelineStepRow>().Where(row => row.PipelineRunId == id).OrderBy(row => row.Ordinal).ToListAsync(token), cancellationToken);
    }

    public async Task<Page<PipelineRun>> ListAsync(Caller caller, string? pipeline, PageRequest page, CancellationToken cancellationToken)
    {
        var limit = page.CheckedLimit;
        var after = PageCursor.Read(page.Cursor, 2);
        var rows = await database.ReadAsync((connection, token) =>
        {
            var runs = connection.GetTable<PipelineRunRow>().Where(row => row.Workspace == caller.Workspace);
            if (pipeline is not null)
                runs = runs.Where(row => row.Pipeline == pipeline);
            if (after is [var time, var id])
            {
                var before = PageCursor.Number(time);
                runs = runs.Where(row => row.StartedAt < before || (row.StartedAt == before && row.Id.CompareTo(id) < 0));
            }

            return runs.OrderByDescending(row => row.StartedAt).ThenByDescending(row => row.Id).Take(limit + 1).ToListAsync(token);
        }, cancellationToken);
        var next = rows.Count > limit ? PageCursor.Of(rows[limit - 1].StartedAt.ToString(CultureInfo.InvariantCulture), rows[limit - 1].Id) : null;
        return new([.. rows.Take(limit).Select(row => row.ToRun())], next);
    }

    /// <summary>At a start, the runs that an earlier process left unfinished, oldest first.</summary>
    public async Task<List<PipelineRunRow>> LeftOverAsync(CancellationToken cancellationToken) => await database.IsNewAsync(cancellationToken) ? [] : await database.ReadAsync(
        (connection, token) => connection.GetTable<PipelineRunRow>().Where(row => row.Status == Running).OrderBy(row => row.StartedAt).ToListAsync(token), cancellationToken);

    /// <summary>The last run of a pipeline that a signal started.</summary>
    public Task<PipelineRunRow?> LastOfSignalAsync(string workspace, string pipeline, CancellationToken cancellationToken)
    {
        var kind = Words.Of(PipelineTriggerKind.Signal);
        return database.ReadAsync((connection, token) => connection.GetTable<PipelineRunRow>()
            .Where(row => row.Workspace == workspace && row.Pipeline == pipeline && row.TriggerKind == kind)
            .OrderByDescending(row => row.StartedAt).FirstOrDefaultAsync(token), cancellationToken);
    }

    public Task RequestCancelAsync(RunId run, CancellationToken cancellationToken)
    {
        var id = run.ToString();
        return database.WriteAsync(transaction => transaction.GetTable<PipelineRunRow>().Where(row => row.Id == id).Set(row => row.Cancel, true).Update(), cancellationToken);
    }

    /// <summary>Ends a run, and those of its steps that never began or were cut off.</summary>
    public Task FinishAsync(RunId run, RunStatus status, string? error, CancellationToken cancellationToken)
    {
        var (id, word, now) = (run.ToString(), Words.Of(status), Now);
        var (pending, running, cancelled) = (Words.Of(StepStatus.Pending), Words.Of(StepStatus.Running), Words.Of(StepStatus.Cancelled));
        return database.WriteAsync(transaction =>
        {
            transaction.GetTable<PipelineStepRow>().Where(row => row.PipelineRunId == id && (row.Status == pending || row.Status == running))
                .Set(row => row.Status, cancelled).Set(row => row.EndedAt, now).Update();
            transaction.GetTable<PipelineRunRow>().Where(row => row.Id == id && row.Status == Running)
                .Set(row => row.Status, word).Set(row => row.Error, error).Set(row => row.EndedAt, now).Update();
        }, cancellationToken);
    }

    /// <summary>Writes a step's state.</summary>
    public Task SaveAsync(PipelineStepRow step, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => { transaction.Update(step); }, cancellationToken);

    /// <summary>A step is done: its state, and what it made under its key, in one transaction.</summary>
    public Task SaveFinishedAsync(PipelineStepRow step, string workspace, Digest? key, CancellationToken cancellationToken) => database.WriteAsync(transaction =>
    {
        transaction.Update(step);
        if (key is not { } digest || step.Cached)
            return;
        var finished = new FinishedStepRow
        {
            Workspace = workspace,
            Key = digest.ToString(),
            RunId = step.RunId!,
            Outputs = step.Outputs,
            Facts = step.Facts,
            FinishedAt = Now,
        };
        transaction.GetTable<FinishedStepRow>().Where(row => row.Workspace == workspace && row.Key == finished.Key).Delete();
        transaction.Insert(finished);
    }, cancellationToken);

    public Task<FinishedStepRow?> FindFinishedAsync(string workspace, Digest key, CancellationToken cancellationToken)
    {
        var text = key.ToString();
        return database.ReadAsync((connection, token) =>
            connection.GetTable<FinishedStepRow>().SingleOrDefaultAsync(row => row.Workspace == workspace && row.Key == text, token), cancellationToken);
    }

    public Task SaveProgressAsync(RunId run, IReadOnlyDictionary<string, StepProgress> progress, CancellationToken cancellationToken)
    {
        var id = run.ToString();
        return database.WriteAsync(transaction =>
        {
            foreach (var (name, at) in progress)
            {
                transaction.GetTable<PipelineStepRow>().Where(row => row.PipelineRunId == id && row.Name == name)
                    .Set(row => row.ProgressDone, at.Done).Set(row => row.ProgressTotal, at.Total).Set(row => row.ProgressUnit, at.Unit).Update();
            }
        }, cancellationToken);
    }

    /// <summary>Since when a pipeline listens to a source: <paramref name="first"/>, where it has not done so before.</summary>
    public Task<(long Since, bool New)> SubscribeAsync(string workspace, string pipeline, string source, long first, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction =>
        {
            var there = transaction.GetTable<SubscriptionRow>()
                .SingleOrDefault(row => row.Workspace == workspace && row.Pipeline == pipeline && row.Source == source);
            if (there is not null)
                return (there.Since, false);
            transaction.Insert(new SubscriptionRow { Workspace = workspace, Pipeline = pipeline, Source = source, Since = first });
            return (first, true);
        }, cancellationToken);

    /// <summary>Moves a subscription forward.</summary>
    public Task AdvanceAsync(string workspace, string pipeline, string source, long since, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => transaction.GetTable<SubscriptionRow>()
            .Where(row => row.Workspace == workspace && row.Pipeline == pipeline && row.Source == source && row.Since < since)
            .Set(row => row.Since, since).Update(), cancellationToken);

    public static string Json<T>(T value) => JsonSerializer.Serialize(value, LedgerJson.Options);
}
