using LinqToDB.Data;
using Orrery.Kernel;

namespace Orrery.Platform.Relational;

/// <summary>
/// The relational port: metadata, ledger, audit. SQLite on a laptop, PostgreSQL on a cluster; statements are written once, with linq2db.
/// </summary>
/// <remarks>
/// Thread-safe. Reads run at once and beside each other, each on its own connection and a consistent snapshot. Writes are atomic and
/// durable when the task completes; writes that are waiting at the same moment may share one commit (SQLite: at most 5,900 one-row
/// commits a second, 480,000 rows a second in batches), and one that throws takes none of the others with it.
/// </remarks>
public interface IDatabase
{
    /// <summary>Returns once the schema is current and the database answers. It costs a connection, not a query of linq2db.</summary>
    Task PingAsync(CancellationToken cancellationToken = default);

    /// <summary>Whether this process made the schema, so that nothing was ever recorded before it. Waits until the schema is current.</summary>
    Task<bool> IsNewAsync(CancellationToken cancellationToken = default);

    /// <summary>Runs <paramref name="read"/> on a connection of its own. The connection must not leave the delegate.</summary>
    Task<T> ReadAsync<T>(Func<DataConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken = default);

    /// <summary>
    /// Runs <paramref name="write"/> in a transaction and returns when it is durable. The delegate is synchronous on purpose: it holds
    /// the single writer (on PostgreSQL among all processes), so it must touch the database alone, and it may be run again where the commit that it shared was
    /// lost. It must not go on after a statement that failed: PostgreSQL has then given the transaction up.
    /// Cancelling withdraws it while it waits; once begun it is finished, and its true outcome reported.
    /// </summary>
    /// <exception cref="ConflictException">It breaks a unique or foreign key; nothing was written.</exception>
    /// <exception cref="InvalidException">It has text that the database cannot keep; nothing was written.</exception>
    /// <exception cref="UnavailableException">The storage refuses: a full disk, a lost connection; nothing was written, unless the message says that this is not known.</exception>
    Task<T> WriteAsync<T>(Func<DataConnection, T> write, CancellationToken cancellationToken = default);
}

/// <summary>The convenience forms of <see cref="IDatabase"/>.</summary>
public static class DatabaseExtensions
{
    /// <summary>A write without a result.</summary>
    public static Task WriteAsync(this IDatabase database, Action<DataConnection> write, CancellationToken cancellationToken = default) =>
        database.WriteAsync(connection =>
        {
            write(connection);
            return true;
        }, cancellationToken);
}
