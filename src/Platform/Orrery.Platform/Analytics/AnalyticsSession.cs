using System.Data.Common;
using DuckDB.NET.Data;
using Orrery.Platform.Hosting;

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
            using var interrupt = new Interrupt(command, cancellationToken);
            try
            {
                return run(command);
            }
            catch (Exception error) when (error is DuckDBException or OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException("The analytical statement was cancelled.", error, cancellationToken);
            }
            catch (DuckDBException error) when (StorageRefusal.Is(error))
            {
                throw StorageRefusal.Of(error, "The result of an analytical statement");
            }
        }, cancellationToken);

    /// <summary>
    /// Interrupts a statement from the moment of cancellation until it ends. Once is not enough: DuckDB forgets an interrupt that comes just before the
    /// statement begins, and it would then run to its end.
    /// </summary>
    private sealed class Interrupt : IDisposable
    {
        private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(20);

        private readonly Lock _gate = new();
        private readonly DuckDBCommand _command;
        private readonly CancellationTokenRegistration _registration;
        private Timer? _timer;
        private bool _isOver;

        public Interrupt(DuckDBCommand command, CancellationToken cancellationToken)
        {
            _command = command;
            _registration = cancellationToken.Register(() =>
            {
                lock (_gate)
                    _timer = new(_ => Fire(), null, TimeSpan.Zero, Again);
            });
        }

        public void Dispose()
        {
            _registration.Dispose();
            lock (_gate)
            {
                _isOver = true;
                _timer?.Dispose();
            }
        }

        private void Fire()
        {
            lock (_gate)
            {
                if (!_isOver)
                    _command.Cancel();
            }
        }
    }
}
