using Orrery.Kernel;
using Orrery.Platform.Ownership;
using Orrery.Serving.Plans;

namespace Orrery.Serving.Endpoints;

/// <summary>Makes the owner of an endpoint by its name.</summary>
internal sealed class EndpointOwnerFactory(EndpointParts parts, LiveEndpoints live, CanaryReports reports) : IOwnerFactory<EndpointOwner>
{
    public async Task<EndpointOwner> CreateAsync(string key, CancellationToken cancellationToken)
    {
        var row = await parts.Store.FindAsync(key, cancellationToken) ?? throw new NotFoundException($"There is no endpoint '{key}'.");
        return new(parts, row, live.GetOrAdd(row.Name, row.Workspace), reports);
    }
}
