using LinqToDB.Data;
using Orrery.Embedded.Folder;
using Orrery.Platform.Relational;
using SQLitePCL;

namespace Orrery.Embedded.Relational;

/// <summary>
/// Commits groups of writes on the one connection that writes. Each write of a group runs in a savepoint: one that throws is undone
/// alone, and the others share the commit. Where the transaction itself is lost (a full disk, a foreign key that is checked at the
/// commit) each write runs again by itself, so that only the one at fault fails.
/// </summary>
internal sealed class SqliteWriter(SqliteConnections connections) : IDisposable
{
    private const string What = "The change";
    private DataConnection? _connection;

    /// <summary>Runs and commits a group, and settles each of its writes.</summary>
    public void Commit(IReadOnlyList<DatabaseWrite> group)
    {
        _connection ??= connections.OpenWriter();
        if (group.Count == 1 || !TryCommitTogether(_connection, group))
        {
            foreach (var write in group)
                CommitAlone(_connection, write);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection?.Dispose();

    private static bool TryCommitTogether(DataConnection connection, IReadOnlyList<DatabaseWrite> group)
    {
        var failures = new Exception?[group.Count];
        try
        {
            Execute(connection, "BEGIN IMMEDIATE");
            for (var i = 0; i < group.Count; i++)
                failures[i] = RunInSavepoint(connection, group[i]);
            Execute(connection, "COMMIT");
        }
        catch (Exception) // Lost as a whole; whatever it was, it comes again and is reported when the writes run one by one.
        {
            RollBack(connection);
            return false;
        }

        for (var i = 0; i < group.Count; i++)
            Settle(group[i], failures[i]);
        return true;
    }

    private static Exception? RunInSavepoint(DataConnection connection, DatabaseWrite write)
    {
        Execute(connection, "SAVEPOINT write");
        try
        {
            write.Run(connection);
        }
        catch (Exception error) when (InTransaction(connection)) // SQLite itself rolls all back when the disk is full; then the group is lost.
        {
            Execute(connection, "ROLLBACK TO write; RELEASE write");
            return error;
        }

        Execute(connection, "RELEASE write");
        return null;
    }

    private static void CommitAlone(DataConnection connection, DatabaseWrite write)
    {
        try
        {
            Execute(connection, "BEGIN IMMEDIATE");
            write.Run(connection);
            Execute(connection, "COMMIT");
        }
        catch (Exception error)
        {
            RollBack(connection);
            Settle(write, error);
            return;
        }

        Settle(write, null);
    }

    private static void Settle(DatabaseWrite write, Exception? failure)
    {
        if (failure is null)
            write.Complete();
        else
            write.Fail(StorageErrors.Translate(failure, What));
    }

    private static void RollBack(DataConnection connection)
    {
        if (InTransaction(connection))
            Execute(connection, "ROLLBACK");
    }

    private static bool InTransaction(DataConnection connection) => raw.sqlite3_get_autocommit(SqliteConnections.Raw(connection).Handle) == 0;

    private static void Execute(DataConnection connection, string sql) => SqliteConnections.Execute(connection, sql);
}
