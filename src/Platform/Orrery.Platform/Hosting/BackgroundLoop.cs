using Microsoft.Extensions.Hosting;

namespace Orrery.Platform.Hosting;

/// <summary>Work that goes on as long as the host does, and ends in order with it.</summary>
/// <remarks>
/// A <see cref="BackgroundService"/> whose loop ends by an exception is a critical failure to the host, also when that is the cancellation it was waiting for: a host that is
/// disposed without having been stopped (a command that failed) cancels, but does not know of any stop. So whatever ends the loop once it was cancelled is its end and no failure;
/// that may be the cancellation, or something that was disposed of before the loop.
/// </remarks>
public abstract class BackgroundLoop : BackgroundService
{
    /// <summary>Does the work until <paramref name="stopping"/>; an exception before that is a failure, and stops the host.</summary>
    protected abstract Task RunAsync(CancellationToken stopping);

    /// <inheritdoc/>
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await RunAsync(stoppingToken);
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
        }
    }
}
