using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Platform.Relational;
using Orrery.Platform.Signals;
using Orrery.Platform.Work;

namespace Orrery.Embedded.Work;

/// <summary>Leases as rows of the database, whose single writer makes taking one atomic.</summary>
internal sealed class DatabaseLeases(IDatabase database, TimeProvider time) : ILeases
{
    /// <inheritdoc/>
    public async Task<long?> TryAcquireAsync(string name, string holder, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(holder);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        // Most attempts find another holder: a read tells that without a flush to disk.
        return await database.ReadAsync((c, token) => HeldByAnotherAsync(c, name, holder, token), cancellationToken)
            ? null
            : await database.WriteAsync(connection => Acquire(connection, name, holder, duration), cancellationToken);
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(string name, string holder, CancellationToken cancellationToken = default) => database.WriteAsync(
        connection => connection.GetTable<LeaseRow>()
            .Where(l => l.Name == name && l.Holder == holder)
            .Set(l => l.Holder, (string?)null)
            .Update(),
        cancellationToken);

    private Task<bool> HeldByAnotherAsync(DataConnection connection, string name, string holder, CancellationToken cancellationToken)
    {
        var now = Now();
        return connection.GetTable<LeaseRow>().AnyAsync(l => l.Name == name && l.Holder != null && l.Holder != holder && l.Until > now, cancellationToken);
    }

    private long? Acquire(DataConnection connection, string name, string holder, TimeSpan duration)
    {
        var now = Now();
        var until = SignalBatch.ToMicroseconds(time.GetUtcNow() + duration);
        var lease = connection.GetTable<LeaseRow>().FirstOrDefault(l => l.Name == name);
        if (lease is null)
        {
            connection.Insert(new LeaseRow { Name = name, Holder = holder, Until = until, Token = 1 });
            return 1;
        }

        var held = lease.Holder is not null && lease.Until > now;
        if (held && lease.Holder != holder)
            return null;
        if (!held)
            lease.Token++; // A lease that ran out may have been used by nobody since, but its old holder cannot know that.
        lease.Holder = holder;
        lease.Until = until;
        connection.Update(lease);
        return lease.Token;
    }

    private long Now() => SignalBatch.ToMicroseconds(time.GetUtcNow());
}
