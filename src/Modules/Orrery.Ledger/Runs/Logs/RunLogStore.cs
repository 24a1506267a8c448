using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Runs.Logs;

/// <summary>Logs of runs on the relational port. Readers that wait are woken by who appends in this process, and look again every second for other processes.</summary>
internal sealed class RunLogStore(IDatabase database, TimeProvider clock) : IRunLogs
{
    public const int MaxLines = 200_000;
    public const long MaxCharacters = 16_000_000;
    public const int MaxLineLength = 8192;
    private const int MaxAtOnce = 10_000;
    private const string FullText = "The log is full and takes no more lines; store large output as an artifact.";

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private TaskCompletionSource _appended = New();

    public async Task<LogEnd> AppendAsync(Caller caller, RunId run, IReadOnlyList<NewLogLine> lines, long? first = null, CancellationToken cancellationToken = default)
    {
        if (lines.Count > MaxAtOnce)
            throw new QuotaExceededException($"{lines.Count} lines in one call; at most {MaxAtOnce}. Send them in several.");
        if (first < 0)
            throw new InvalidException($"Lines are counted from 0; got {first} as the first.");
        var now = clock.GetUtcNow();
        var given = lines.SelectMany(line => Split(line.Text).Select(text => (Instant.ToColumn(line.Time ?? now), text))).ToList();
        var end = await database.WriteAsync(transaction => Append(transaction, caller, run, given, first, Instant.ToColumn(now)), cancellationToken);
        Wake();
        return end;
    }

    public async Task<LogPart> ReadAsync(Caller caller, RunId run, long from = 0, int limit = 1000, TimeSpan wait = default, CancellationToken cancellationToken = default)
    {
        if (from < 0 || limit is < 1 or > MaxAtOnce)
            throw new InvalidException($"Expected a line's number from 0 and 1 to {MaxAtOnce} lines; got {from} and {limit}.");
        var until = clock.GetUtcNow() + (wait < LongestWait ? wait : LongestWait);
        while (true)
        {
            var appended = Appended(); // asked for before the log is read, so that a line in between is not missed
            var part = await database.ReadAsync((connection, token) => ReadAsync(connection, caller, run, from, limit, token), cancellationToken);
            var left = until - clock.GetUtcNow();
            if (part.Lines.Count > 0 || part.Ended || left <= TimeSpan.Zero)
                return part;
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(appended, Task.Delay(left < Look ? left : Look, clock, stop.Token));
            await stop.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static LogEnd Append(DataConnection transaction, Caller caller, RunId run, List<(long Time, string Text)> lines, long? first, long now)
    {
        var key = RunRows.RequireActive(transaction, caller, run).Key;
        var last = transaction.GetTable<RunLogRow>().Where(row => row.RunKey == key).OrderByDescending(row => row.First)
            .Select(row => new { row.First, row.Count, row.Characters }).FirstOrDefault();
        var (next, characters) = last is null ? (0L, 0L) : (last.First + last.Count, last.Characters);
        if (next > MaxLines || characters > MaxCharacters)
            return new(next, true);
        if (first > next)
            throw new InvalidException($"The log of run {run} has {next} lines; line {first} would leave a gap.");
        var fresh = lines.Skip((int)Math.Min(int.MaxValue, next - (first ?? next))).Take((int)(MaxLines - next)).ToList();
        var total = characters + fresh.Sum(line => (long)line.Text.Length);
        var full = next + fresh.Count >= MaxLines || total > MaxCharacters;
        if (full)
        {
            fresh.Add((now, FullText));
            total = MaxCharacters + 1;
        }

        if (fresh.Count > 0)
            transaction.Insert(new RunLogRow { RunKey = key, First = next, Count = fresh.Count, Characters = total, Lines = RunLogRow.Pack(fresh) });
        return new(next + fresh.Count, full);
    }

    private static async Task<LogPart> ReadAsync(DataConnection connection, Caller caller, RunId run, long from, int limit, CancellationToken cancellationToken)
    {
        var row = await connection.FindRunAsync(caller, run, cancellationToken);
        var lines = new List<LogLine>();
        // The row that holds the first line begins before it.
        var parts = connection.GetTable<RunLogRow>().Where(part => part.RunKey == row.Key && part.First + part.Count > from).OrderBy(part => part.First).AsAsyncEnumerable();
        await foreach (var part in parts.WithCancellation(cancellationToken))
        {
            lines.AddRange(part.Unpack().SkipWhile(line => line.Number < from).Take(limit - lines.Count));
            if (lines.Count == limit)
                break;
        }

        return new(lines, lines.Count == 0 ? from : lines[^1].Number + 1, lines.Count == 0 && RunRows.Status(row.Status) is not (RunStatus.Running or RunStatus.Scheduled));
    }

    private static IEnumerable<string> Split(string text) => text.TrimEnd('\r', '\n').Split('\n').Select(line => line.TrimEnd('\r'))
        .Select(line => line.Length <= MaxLineLength ? line : line[..MaxLineLength] + "…");

    private Task Appended()
    {
        lock (_gate)
            return _appended.Task;
    }

    private void Wake()
    {
        TaskCompletionSource appended;
        lock (_gate)
            (appended, _appended) = (_appended, New());
        appended.TrySetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
