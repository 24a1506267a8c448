using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orrery.Cluster.Relational;

namespace Orrery.Cluster.Work;

/// <summary>
/// Wakes those who wait for a queue, also when a process elsewhere added to it: it says so by NOTIFY
/// (postgresql.org/docs/current/sql-notify.html), and one connection of this process listens. While that connection is down wakes are lost; waiters look again by themselves after a while.
/// </summary>
internal sealed partial class WorkWakes(PostgresConnections connections, TimeProvider time, ILogger<WorkWakes> logger) : IAsyncDisposable
{
    /// <summary>What is listened to; the message is the queue's name.</summary>
    public const string Channel = "orrery_work";

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private Task? _listening;

    /// <summary>Completes at the next <see cref="Wake"/> of the queue. Ask for it before looking into the queue, or a wake between the two is missed.</summary>
    public Task Next(string queue) => _waiting.GetOrAdd(queue, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Something may be there to take.</summary>
    public void Wake(string queue)
    {
        if (_waiting.TryRemove(queue, out var waiting))
            waiting.TrySetResult();
    }

    /// <summary>Listens from now on; a process whose workers never wait needs no connection for it.</summary>
    public void Listen()
    {
        lock (_gate)
            _listening ??= _stop.IsCancellationRequested ? Task.CompletedTask : Task.Run(ListenAsync);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task? listening;
        lock (_gate)
        {
            _stop.Cancel();
            listening = _listening;
        }

        if (listening is not null)
            await listening;
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await HearAsync(_stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) // The loop's border: whatever it was, waiters still look by themselves.
            {
                NotListening(error);
                await Task.Delay(RetryAfter, time, _stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
    }

    private async Task HearAsync(CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenAloneAsync(cancellationToken);
        connection.Notification += (_, message) => Wake(message.Payload);
        await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
            await listen.ExecuteNonQueryAsync(cancellationToken);
        // What was added since the last connection went down was told to nobody.
        foreach (var queue in _waiting.Keys)
            Wake(queue);
        while (true)
            await connection.WaitAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cannot listen for new work; idle workers look every half minute until it works again")]
    private partial void NotListening(Exception error);
}
