using Microsoft.Extensions.Hosting;

namespace Orrery.Embedded.Folder;

/// <summary>Owns the folder from the start of a host on, whichever of its stores is opened first and when.</summary>
internal sealed class FolderStartup : IHostedService
{
    public FolderStartup(OwnedFolder folder) => ArgumentNullException.ThrowIfNull(folder); // Made, and so locked, before this.

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
