using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Hosting;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Runs;

/// <summary>
/// Vouches for the runs that this process works on, and ends those that no process vouches for any more: a training that <c>kill -9</c> ended would
/// be said to run for ever.
/// </summary>
internal sealed partial class RunKeeping(
    IDatabase database, IAudit audit, LiveRuns live, IOptions<LedgerOptions> options, TimeProvider clock, ILogger<RunKeeping> logger) : BackgroundLoop
{
    private const string Reason = "The server ended while it ran.";
    private const int MaxAtOnce = 500;

    /// <summary>Does both once. Its own runs come first: a process that stood still for longer than the lease is alive all the same.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        foreach (var ids in live.Ids.Chunk(MaxAtOnce))
            await database.WriteAsync(transaction => Vouch(transaction, ids), cancellationToken);
        var lost = await database.ReadAsync((connection, token) => Lost(connection).Take(MaxAtOnce).ToListAsync(token), cancellationToken);
        if (lost.Count == 0)
            return;
        var ended = await database.WriteAsync(transaction => End(transaction, [.. lost.Select(run => run.Id)]), cancellationToken);
        Ended(ended);
    }

    protected override async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(options.Value.RunLease / 3, clock);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                await KeepAsync(stopping);
            }
            catch (Exception error) when (!stopping.IsCancellationRequested) // the loop's border: a full disk now may have room at the next beat
            {
                Failed(error);
            }
        }
    }

    private void Vouch(DataConnection transaction, string[] ids)
    {
        var until = live.Until;
        // Only where it is still vouched for: one that ended between reading the ids and here stays ended.
        transaction.GetTable<RunRow>().Where(run => ids.Contains(run.Id) && run.AliveUntil != null).Set(run => run.AliveUntil, until).Update();
    }

    private IQueryable<RunRow> Lost(DataConnection connection)
    {
        var now = Instant.ToColumn(clock.GetUtcNow());
        return connection.GetTable<RunRow>().Where(run => run.AliveUntil < now);
    }

    private int End(DataConnection transaction, string[] ids)
    {
        var lost = Lost(transaction).Where(run => ids.Contains(run.Id)).ToList();
        var (failed, now) = (RunRows.Word(RunStatus.Failed), Instant.ToColumn(clock.GetUtcNow()));
        foreach (var run in lost)
        {
            transaction.GetTable<RunRow>().Where(row => row.Id == run.Id)
                .Set(row => row.Status, failed).Set(row => row.Error, Reason).Set(row => row.EndedAt, now).Set(row => row.AliveUntil, (long?)null).Update();
            audit.Append(transaction, Caller.System("ledger", run.Workspace), $"run.{failed}", $"run/{run.Id}", Reason);
        }

        return lost.Count;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} runs had no living process any more; they are said to have failed")]
    private partial void Ended(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Runs could not be looked after; it is tried again")]
    private partial void Failed(Exception error);
}
