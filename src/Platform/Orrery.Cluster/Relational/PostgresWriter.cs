using System.Data;
using LinqToDB.Data;
using Npgsql;
using Orrery.Kernel;
using Orrery.Platform.Relational;

namespace Orrery.Cluster.Relational;

/// <summary>
/// Commits groups of writes as SQLite's writer does: each write in a savepoint, so that one that throws is undone alone; where the transaction is lost, each
/// runs again by itself. A transaction that writes holds <see cref="AdvisoryLock.Write"/>, also against the writers of other processes, and sees all that
/// they committed before.
/// </summary>
internal sealed class PostgresWriter(PostgresConnections connections) : IDisposable
{
    /// <summary>
    /// Writes of one group. A transaction with more subtransactions than 64 (PGPROC_MAX_CACHED_SUBXIDS in PostgreSQL's src/include/storage/proc.h) makes
    /// everybody's snapshots slower while it lasts.
    /// </summary>
    public const int MaxGroup = 64;

    private const string What = "The change";

    // One round trip. The lock comes before the first statement that reads, which at this level sees what was committed until then. The number of the
    // transaction tells later what became of it.
    private static readonly string Begin = $"BEGIN ISOLATION LEVEL READ COMMITTED; SELECT {AdvisoryLock.Write}; SELECT pg_current_xact_id()::text";

    // PostgreSQL answers the COMMIT of a transaction in which a statement failed by rolling it back, and calls that success. The SELECT before it fails then.
    private const string Commit = "SELECT 1; COMMIT";

    private DataConnection? _connection;

    /// <summary>Runs and commits a group, and settles each of its writes.</summary>
    public void CommitGroup(IReadOnlyList<DatabaseWrite> group)
    {
        if (group.Count > 1 && TryCommitTogether(group))
            return;
        foreach (var write in group)
            CommitAlone(write);
    }

    /// <inheritdoc/>
    public void Dispose() => _connection?.Dispose();

    private bool TryCommitTogether(IReadOnlyList<DatabaseWrite> group)
    {
        var failures = new Exception?[group.Count];
        var transaction = "";
        try
        {
            transaction = Start();
            for (var i = 0; i < group.Count; i++)
                failures[i] = RunInSavepoint(group[i], isFirst: i == 0);
            Execute("RELEASE write; " + Commit);
        }
        catch (Exception error) // Lost as a whole; whatever it was, it comes again and is reported when the writes run one by one.
        {
            switch (Undo(transaction))
            {
                case Fate.Undone when transaction.Length == 0 && PostgresErrors.IsTransient(error):
                    // No connection is to be had: those who wait learn it now, not after a time-out for each.
                    FailAll(group, PostgresErrors.Translate(error, What));
                    return true;
                case Fate.Undone:
                    return false;
                case Fate.Unknown:
                    FailAll(group, UnknownFate(error));
                    return true;
                default:
                    break; // It was committed, and only the answer was lost.
            }
        }

        for (var i = 0; i < group.Count; i++)
            Settle(group[i], failures[i]);
        return true;
    }

    private Exception? RunInSavepoint(DatabaseWrite write, bool isFirst)
    {
        Execute(isFirst ? "SAVEPOINT write" : "RELEASE write; SAVEPOINT write");
        try
        {
            write.Run(_connection!);
            return null;
        }
        catch (Exception error) when (IsOpen)
        {
            Execute("ROLLBACK TO write");
            return error;
        }
    }

    private void CommitAlone(DatabaseWrite write)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            var transaction = "";
            try
            {
                transaction = Start();
                write.Run(_connection!);
                Execute(Commit);
                Settle(write, null);
                return;
            }
            catch (Exception error)
            {
                switch (Undo(transaction))
                {
                    case Fate.Committed:
                        Settle(write, null);
                        return;
                    case Fate.Unknown:
                        write.Fail(UnknownFate(error));
                        return;
                    case Fate.Undone when isFirst && transaction.Length > 0 && PostgresErrors.IsTransient(error):
                        break; // Once more: a restart of the server is no reason to fail.
                    default:
                        Settle(write, error);
                        return;
                }
            }
        }
    }

    /// <summary>Begins a transaction and returns its number. A connection that was lost while nothing was written is replaced.</summary>
    private string Start()
    {
        if (_connection is not null)
        {
            try
            {
                return Execute(Begin);
            }
            catch (NpgsqlException) when (!IsOpen)
            {
                Drop();
            }
        }

        _connection ??= connections.Rent();
        return Execute(Begin);
    }

    /// <summary>Ends a transaction that failed, and says what became of it.</summary>
    private Fate Undo(string transaction)
    {
        if (IsOpen)
        {
            try
            {
                Execute("ROLLBACK");
                return Fate.Undone;
            }
            catch (NpgsqlException) when (!IsOpen)
            {
                // Lost meanwhile.
            }
        }

        Drop();
        return transaction.Length == 0 ? Fate.Undone : Ask(transaction);
    }

    // The connection was lost, perhaps while it committed. The old session holds the lock until its transaction has ended, one way or the other, so whoever gets the lock can ask.
    private Fate Ask(string transaction)
    {
        try
        {
            using var connection = connections.OpenAlone();
            var fate = PostgresConnections.Execute(connection, $"BEGIN; SET LOCAL lock_timeout = '30s'; SELECT {AdvisoryLock.Write}; SELECT pg_xact_status('{transaction}'::xid8)");
            return fate switch
            {
                "committed" => Fate.Committed,
                "aborted" => Fate.Undone,
                _ => Fate.Unknown,
            };
        }
        catch (Exception error) when (PostgresErrors.IsTransient(error) || error is NpgsqlException)
        {
            return Fate.Unknown;
        }
    }

    private bool IsOpen => _connection?.TryGetDbConnection() is { State: ConnectionState.Open };

    private void Drop()
    {
        _connection?.Dispose();
        _connection = null;
    }

    private string Execute(string sql) => PostgresConnections.Execute(PostgresConnections.Raw(_connection!), sql) as string ?? "";

    private static void Settle(DatabaseWrite write, Exception? failure)
    {
        if (failure is null)
            write.Complete();
        else
            write.Fail(PostgresErrors.Translate(failure, What));
    }

    private static void FailAll(IReadOnlyList<DatabaseWrite> group, Exception error)
    {
        foreach (var write in group)
            write.Fail(error);
    }

    private static UnavailableException UnknownFate(Exception error) => new(
        "The connection to PostgreSQL was lost while the change was committed, and the server cannot be asked now: it may be there or not. Look before you repeat it.", error);

    private enum Fate
    {
        Undone,
        Committed,
        Unknown,
    }
}
