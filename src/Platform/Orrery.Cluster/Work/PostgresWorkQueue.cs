using Npgsql;
using NpgsqlTypes;
using Orrery.Cluster.Relational;
using Orrery.Platform.Relational;
using Orrery.Platform.Signals;
using Orrery.Platform.Work;

namespace Orrery.Cluster.Work;

/// <summary>
/// The queue as a table that the workers of several processes take from at once: each step is one statement and one commit of its own, beside
/// <see cref="IDatabase"/>'s single writer, and whoever takes skips rows that another is just taking.
/// </summary>
/// <remarks>Leases end by the clocks of the processes, so these must agree to much less than a lease lasts.</remarks>
internal sealed class PostgresWorkQueue(IDatabase database, PostgresConnections connections, WorkWakes wakes, TimeProvider time) : IWorkQueue
{
    private const int MaxPayloadBytes = 64 * 1024;

    /// <summary>Longest sleep between looks: a wake that was sent while the listening connection was down is missed by no more than this.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private const string EnqueueSql = $"""
        WITH added AS (
            INSERT INTO platform_work (queue, key, payload, due_us, attempt, token) VALUES ($1, $2, $3, $4, 0, 0)
            ON CONFLICT (queue, key) DO NOTHING RETURNING id)
        SELECT pg_notify('{WorkWakes.Channel}', $1) FROM added
        """;

    private const string TakeSql = """
        UPDATE platform_work SET due_us = $3, attempt = attempt + 1, token = token + 1, worker = $4
        WHERE id = (SELECT id FROM platform_work WHERE queue = $1 AND due_us <= $2 ORDER BY due_us, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id, queue, key, payload, attempt, token
        """;

    // A lease that ran out counts until somebody else takes the item.
    private const string Held = "id = $1 AND token = $2 AND worker IS NOT NULL";

    private const string ReleaseSql = $"""
        WITH released AS (UPDATE platform_work SET due_us = $3, worker = NULL WHERE {Held} RETURNING queue)
        SELECT pg_notify('{WorkWakes.Channel}', queue) FROM released
        """;

    /// <inheritdoc/>
    public async Task<bool> EnqueueAsync(string queue, string key, ReadOnlyMemory<byte> payload, DateTimeOffset? notBefore = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, MaxPayloadBytes, nameof(payload));
        var added = await HasRowAsync(EnqueueSql, cancellationToken, Parameter.Of(queue), Parameter.Of(key), new() { Value = payload, NpgsqlDbType = NpgsqlDbType.Bytea }, Parameter.Of(Later(notBefore)));
        if (added)
            wakes.Wake(queue); // Those of this process need not wait for the message.
        return added;
    }

    /// <inheritdoc/>
    public async Task<WorkItem?> TryTakeAsync(string queue, string worker, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(worker);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        return await RunAsync(TakeSql, async (command, token) =>
        {
            await using var reader = await command.ExecuteReaderAsync(token);
            return await reader.ReadAsync(token)
                ? new WorkItem(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<byte[]>(3), reader.GetInt32(4), reader.GetInt64(5))
                : null;
        }, cancellationToken, Parameter.Of(queue), Parameter.Of(Now()), Parameter.Of(End(lease)), Parameter.Of(worker));
    }

    /// <inheritdoc/>
    public async Task WaitAsync(string queue, TimeSpan atMost, CancellationToken cancellationToken = default)
    {
        var wake = wakes.Next(queue);
        await database.IsNewAsync(cancellationToken);
        wakes.Listen();
        var due = await ScalarAsync("SELECT min(due_us) FROM platform_work WHERE queue = $1", cancellationToken, Parameter.Of(queue)) as long?;
        var wait = due is { } when ? TimeSpan.FromMicroseconds(Math.Max(0, when - Now())) : LongestWait;
        wait = Min(wait, Min(atMost, LongestWait));
        if (wait <= TimeSpan.Zero)
            return;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(wake, Task.Delay(wait, time, stop.Token));
        await stop.CancelAsync(); // The timer of the one that lost.
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <inheritdoc/>
    public Task<bool> RenewAsync(WorkItem item, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        return HasRowAsync($"UPDATE platform_work SET due_us = $3 WHERE {Held} RETURNING id", cancellationToken, Parameter.Of(item.Id), Parameter.Of(item.Token), Parameter.Of(End(lease)));
    }

    /// <inheritdoc/>
    public Task<bool> CompleteAsync(WorkItem item, CancellationToken cancellationToken = default) =>
        HasRowAsync($"DELETE FROM platform_work WHERE {Held} RETURNING id", cancellationToken, Parameter.Of(item.Id), Parameter.Of(item.Token));

    /// <inheritdoc/>
    public async Task<bool> ReleaseAsync(WorkItem item, DateTimeOffset retryAt, CancellationToken cancellationToken = default)
    {
        var released = await HasRowAsync(ReleaseSql, cancellationToken, Parameter.Of(item.Id), Parameter.Of(item.Token), Parameter.Of(Later(retryAt)));
        if (released)
            wakes.Wake(item.Queue);
        return released;
    }

    /// <inheritdoc/>
    public async Task<long> CountAsync(string queue, CancellationToken cancellationToken = default) =>
        (long)(await ScalarAsync("SELECT count(*) FROM platform_work WHERE queue = $1", cancellationToken, Parameter.Of(queue)))!;

    private Task<object?> ScalarAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters) =>
        RunAsync(sql, (command, token) => command.ExecuteScalarAsync(token), cancellationToken, parameters);

    private Task<bool> HasRowAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters) => RunAsync(sql, async (command, token) =>
    {
        await using var reader = await command.ExecuteReaderAsync(token);
        return await reader.ReadAsync(token);
    }, cancellationToken, parameters);

    private async Task<T> RunAsync<T>(string sql, Func<NpgsqlCommand, CancellationToken, Task<T>> run, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await database.IsNewAsync(cancellationToken);
        return await connections.RunAsync(sql, run, "The work queue's change", parameters, cancellationToken);
    }

    private long Now() => SignalBatch.ToMicroseconds(time.GetUtcNow());

    private long End(TimeSpan lease) => SignalBatch.ToMicroseconds(time.GetUtcNow() + lease);

    private long Later(DateTimeOffset? notBefore) => notBefore is { } at ? Math.Max(Now(), SignalBatch.ToMicroseconds(at)) : Now();

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
