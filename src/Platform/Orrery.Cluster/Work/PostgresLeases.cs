using Npgsql;
using Orrery.Cluster.Relational;
using Orrery.Platform.Relational;
using Orrery.Platform.Signals;
using Orrery.Platform.Work;

namespace Orrery.Cluster.Work;

/// <summary>Leases as rows; taking one is one statement.</summary>
/// <remarks>They end by the clocks of the processes, so these must agree to much less than a lease lasts.</remarks>
internal sealed class PostgresLeases(IDatabase database, PostgresConnections connections, TimeProvider time) : ILeases
{
    private const string What = "The lease";

    // A lease that ran out may have been used by nobody since, but its old holder cannot know that: the token grows.
    private const string AcquireSql = """
        INSERT INTO platform_leases AS lease (name, holder, until_us, token) VALUES ($1, $2, $3, 1)
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_us = excluded.until_us,
            token = CASE WHEN lease.holder IS NOT NULL AND lease.until_us > $4 THEN lease.token ELSE lease.token + 1 END
        WHERE lease.holder IS NULL OR lease.until_us <= $4 OR lease.holder = excluded.holder
        RETURNING token
        """;

    /// <inheritdoc/>
    public async Task<long?> TryAcquireAsync(string name, string holder, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(holder);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        await database.IsNewAsync(cancellationToken);
        var (now, until) = (SignalBatch.ToMicroseconds(time.GetUtcNow()), SignalBatch.ToMicroseconds(time.GetUtcNow() + duration));
        // Most attempts find another holder: a read tells that without a flush to disk.
        var held = await ScalarAsync("SELECT 1 FROM platform_leases WHERE name = $1 AND holder <> $2 AND until_us > $3", [Parameter.Of(name), Parameter.Of(holder), Parameter.Of(now)], cancellationToken);
        return held is null
            ? await ScalarAsync(AcquireSql, [Parameter.Of(name), Parameter.Of(holder), Parameter.Of(until), Parameter.Of(now)], cancellationToken) as long?
            : null;
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(string name, string holder, CancellationToken cancellationToken = default)
    {
        await database.IsNewAsync(cancellationToken);
        await ScalarAsync("UPDATE platform_leases SET holder = NULL WHERE name = $1 AND holder = $2", [Parameter.Of(name), Parameter.Of(holder)], cancellationToken);
    }

    private Task<object?> ScalarAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken) =>
        connections.RunAsync(sql, (command, token) => command.ExecuteScalarAsync(token), What, parameters, cancellationToken);
}
