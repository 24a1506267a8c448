using System.Data.Common;
using DuckDB.NET.Data;

namespace Orrery.Platform.Analytics;

/// <summary>
/// Runs statements of an analytical session away from the caller's thread; a cancelled token interrupts the statement that runs (DuckDB
/// looks at it after every vector of 2,048 rows).
/// </summary>
public static class AnalyticsSession
{
    /// <summary>Runs statements that give nothing back.</summary>
    public static Task ExecuteAsync(this DuckDBConnection session, string sql, CancellationToken cancellationToken = default) =>
        RunAsync(session, sql, command => command.ExecuteNonQuery(), cancellationToken);

    /// <summary>The rows of a query, each as <paramref name="read"/> makes it: for results that are small.</summary>
    public static Task<List<T>> QueryAsync<T>(
        this DuckDBConnection session, string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken = default) =>
        RunAsync(session, sql, command =>
        {
            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read())
                rows.Add(read(reader));
            return rows;
        }, cancellationToken);

    /// <summary>The only row of a query.</summary>
    public static async Task<T> SingleAsync<T>(
        this DuckDBConnection session, string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken = default) =>
        (await session.QueryAsync(sql, read, cancellationToken)).Single();

    private static Task<T> RunAsync<T>(DuckDBConnection session, string sql, Func<DuckDBCommand, T> run, CancellationToken cancellationToken) =>
        Task.Run(() =>
        {
            using var command = session.CreateCommand();
            command.CommandText = sql;
            using var interrupt = cancellationToken.Register(command.Cancel);
            try
            {
                return run(command);
            }
            catch (Exception error) when (error is DuckDBException or OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException("The analytical statement was cancelled.", error, cancellationToken);
            }
        }, cancellationToken);
}
