using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Orrery.Kernel;

namespace Orrery.Cli;

/// <summary>Starting and ending a server inside this process.</summary>
internal static class RunningServer
{
    /// <summary>Starts it; a port in use is a refusal with the remedy.</summary>
    public static async Task StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException error) when (error.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new UnavailableException($"{error.Message} Is another Orrery running? End it, or take another port with --port.", error);
        }
    }

    /// <summary>Where pages and HTTP APIs are.</summary>
    public static Uri Address(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Waits for Ctrl-C or SIGTERM, then lets requests in flight end.</summary>
    public static async Task UntilEndAsync(WebApplication app, CancellationToken cancellationToken)
    {
        try
        {
            await app.WaitForShutdownAsync(cancellationToken);
        }
        finally
        {
            await app.StopAsync(CancellationToken.None);
        }
    }
}
