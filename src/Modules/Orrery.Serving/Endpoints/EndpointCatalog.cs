using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Ownership;
using Orrery.Serving.Canaries;
using Orrery.Serving.Plans;
using Orrery.Serving.Storage;

namespace Orrery.Serving.Endpoints;

/// <summary>Sends what is asked of an endpoint to its owner.</summary>
internal sealed class EndpointCatalog(LiveEndpoints live, IOwners<EndpointOwner> owners, EndpointStore store) : IEndpoints
{
    public Task<EndpointStatus> DeployAsync(
        Caller caller, string endpoint, AssetRef version, GateMode gate = GateMode.Respect, CancellationToken cancellationToken = default) =>
        ChangeAsync(caller, endpoint, (owner, token) => owner.DeployAsync(caller, version, gate, token), cancellationToken);

    public Task<EndpointStatus> StartCanaryAsync(
        Caller caller, string endpoint, AssetRef version, CanaryTraffic? traffic = null, GateMode gate = GateMode.Respect,
        CancellationToken cancellationToken = default) =>
        ChangeAsync(caller, endpoint, (owner, token) => owner.StartCanaryAsync(caller, version, traffic, gate, token), cancellationToken);

    public Task<EndpointStatus> RollbackAsync(Caller caller, string endpoint, string reason, CancellationToken cancellationToken = default) =>
        ChangeAsync(caller, endpoint, (owner, token) => owner.RollbackAsync(caller, reason, token), cancellationToken);

    public Task<EndpointStatus> StatusAsync(Caller caller, string endpoint, CancellationToken cancellationToken = default) =>
        owners.CallAsync(live.Get(caller, endpoint).Name, (owner, token) => owner.StatusAsync(token), cancellationToken);

    // The owner writes the course with every batch, so what is written is how it stands.
    public async Task<IReadOnlyList<CoursePoint>> CanaryCourseAsync(Caller caller, string endpoint, string canary, CancellationToken cancellationToken = default) =>
        await store.FindCanaryAsync(live.Get(caller, endpoint).Name, canary, cancellationToken) is { } row
            ? Canary.Load(row).Course()
            : throw new NotFoundException($"The endpoint '{endpoint}' has no canary '{canary}'; its status names those that it had.");

    public async Task<IReadOnlyList<EndpointStatus>> ListAsync(Caller caller, CancellationToken cancellationToken = default)
    {
        var found = new List<EndpointStatus>();
        foreach (var endpoint in live.List(caller))
            found.Add(await StatusAsync(caller, endpoint.Name, cancellationToken));
        return found;
    }

    private Task<EndpointStatus> ChangeAsync(
        Caller caller, string endpoint, Func<EndpointOwner, CancellationToken, Task> change, CancellationToken cancellationToken) =>
        owners.CallAsync(live.Get(caller, endpoint).Name, async (owner, token) =>
        {
            await change(owner, token);
            return await owner.StatusAsync(token);
        }, cancellationToken);
}
