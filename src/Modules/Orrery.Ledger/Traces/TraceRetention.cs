using LinqToDB;
using LinqToDB.Async;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Json;
using Orrery.Platform.Access;
using Orrery.Platform.Hosting;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Traces;

/// <summary>
/// Deletes traces that are older than their folder keeps them: as its tag <see cref="TraceKeys.Retention"/> says (<c>30d</c>; <c>forever</c>), else as
/// <see cref="LedgerOptions.TraceRetention"/> does. By the time that a trace began.
/// </summary>
internal sealed partial class TraceRetention(
    IDatabase database, IAudit audit, IOptions<LedgerOptions> options, TimeProvider clock, ILogger<TraceRetention> logger) : BackgroundLoop
{
    /// <summary>So many go in one transaction: others write between two of them.</summary>
    private const int MaxAtOnce = 500;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    /// <summary>Whether a folder's tag can be read.</summary>
    public static bool TryParse(string text, out TimeSpan? age)
    {
        var isDuration = Durations.TryParse(text, out var duration) && duration > TimeSpan.Zero;
        age = isDuration ? duration : null;
        return isDuration || text == "forever";
    }

    /// <summary>Deletes all that is too old now, and returns how many traces that were.</summary>
    public async Task<int> ApplyAsync(CancellationToken cancellationToken)
    {
        var gone = 0;
        foreach (var (folder, tag) in await FoldersAsync(cancellationToken))
        {
            TimeSpan? age = options.Value.TraceRetention;
            if (tag is not null && !TryParse(tag, out age))
            {
                Unreadable(folder.Number, tag);
                continue;
            }

            if (age is null)
                continue;
            // The eraser takes the whole last millisecond.
            var deletion = new TraceDeletion(folder.Number, clock.GetUtcNow() - age.Value - TimeSpan.FromMilliseconds(1), MaxAtOnce);
            for (var erased = MaxAtOnce; erased == MaxAtOnce; gone += erased)
            {
                erased = await database.WriteAsync(transaction =>
                {
                    var count = TraceEraser.Erase(transaction, folder, deletion);
                    if (count > 0)
                        audit.Append(transaction, Caller.System("ledger", folder.Workspace), "trace.expired", FormattableString.Invariant($"folder/{folder.Number}"), FormattableString.Invariant($"{count} traces"));
                    return count;
                }, cancellationToken);
            }
        }

        return gone;
    }

    protected override async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                await ApplyAsync(stopping);
            }
            catch (Exception error) when (!stopping.IsCancellationRequested) // the loop's border: a full disk now may have room at the next beat
            {
                Failed(error);
            }
        }
    }

    // Without a default only folders that say something are looked at.
    private Task<List<(FolderRow Folder, string? Tag)>> FoldersAsync(CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        var tags = await connection.GetTable<FolderTagRow>().Where(tag => tag.Name == TraceKeys.Retention).ToDictionaryAsync(tag => tag.FolderKey, tag => tag.Value, token);
        var folders = connection.GetTable<FolderRow>().Where(folder => options.Value.TraceRetention != null || tags.Keys.Contains(folder.Key));
        return (await folders.ToListAsync(token)).ConvertAll(folder => (folder, tags.GetValueOrDefault(folder.Key)));
    }, cancellationToken);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Traces of the folder {Folder} are kept: its retention '{Tag}' is neither a duration such as 30d nor 'forever'")]
    private partial void Unreadable(long folder, string tag);

    [LoggerMessage(Level = LogLevel.Error, Message = "Traces that are too old could not be deleted; tried again later")]
    private partial void Failed(Exception error);
}
