using Microsoft.Extensions.Hosting;

namespace Orrery.Platform.Relational;

/// <summary>
/// Migrates while the other parts of the host start, since it takes most of the first start's time; the host counts as started when it is done.
/// Whatever reads or writes earlier waits for it.
/// </summary>
internal sealed class DatabaseStartup(IDatabase database) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _ = database.IsNewAsync(CancellationToken.None);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => database.IsNewAsync(cancellationToken);

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
