using Microsoft.Extensions.Logging;
using Orrery.Platform.Ownership;
using Orrery.Platform.Signals;

namespace Orrery.Serving.Endpoints;

/// <summary>The ways back to an endpoint's owner: from requests that broke a guard, and from the follower of outcomes.</summary>
internal sealed class CanaryReports(Lazy<IOwners<EndpointOwner>> owners, ILogger<CanaryReports> logger)
{
    /// <summary>Tells the owner of a broken guard, behind the request that broke it.</summary>
    public Action<string, string> Breached(string endpoint) => (canary, reason) => _ = Task.Run(() => BreachAsync(endpoint, canary, reason));

    /// <summary>Hands outcomes to the owner.</summary>
    /// <remarks>Without a token: a verdict stops the follower that brought it, and must not be cut short by that.</remarks>
    public Func<SignalBatch, Task<bool>> Outcomes(string endpoint, string canary) =>
        batch => owners.Value.CallAsync(endpoint, (owner, token) => owner.ObserveAsync(canary, batch, token));

    private async Task BreachAsync(string endpoint, string canary, string reason)
    {
        try
        {
            await owners.Value.CallAsync(endpoint, async (owner, token) =>
            {
                await owner.BreachAsync(canary, reason, token);
                return true;
            });
        }
        catch (Exception error)
        {
            // The slice is stopped already: the challenger gets nothing more. The owner learns of it at the next outcome or restart.
            ServingLog.BreachFailed(logger, endpoint, error);
        }
    }
}
