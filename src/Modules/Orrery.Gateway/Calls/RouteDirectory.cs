using Orrery.Gateway.Providers.Local.Encoders;
using Orrery.Gateway.Routes;
using Orrery.Kernel;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;

namespace Orrery.Gateway.Calls;

/// <summary>A route as it is now.</summary>
/// <param name="Name">The model's name for callers.</param>
/// <param name="Version">Of its declaration; 0 of a route that the gateway brings itself.</param>
/// <param name="Spec">What was declared.</param>
internal sealed record CallableRoute(string Name, int Version, RouteSpec Spec);

/// <summary>Finds the routes of a workspace: those that are declared, and the built-in embedding model where none of its name is.</summary>
internal sealed class RouteDirectory(IResources resources, LocalEncoders encoders)
{
    public async Task<IReadOnlyList<RouteSummary>> ListAsync(Caller caller, CancellationToken cancellationToken)
    {
        var routes = (await resources.ListAsync<RouteSpec>(caller, AssetKind.Route, cancellationToken)).Select(route => new RouteSummary(route.Version.Name, route.Version.CreatedAt)).ToList();
        if (BuiltInEncoder.IsInstalled(encoders.Folder) && routes.TrueForAll(route => route.Name != BuiltInEncoder.Name))
            routes.Add(new(BuiltInEncoder.Name, DateTimeOffset.UnixEpoch));
        return routes;
    }

    /// <exception cref="NotFoundException">There is none; the message names those that there are.</exception>
    public async Task<CallableRoute> FindAsync(Caller caller, string name, CancellationToken cancellationToken)
    {
        try
        {
            if (AssetRef.IsName(name))
            {
                var route = await resources.GetAsync<RouteSpec>(caller, new AssetRef(AssetKind.Route, name), cancellationToken);
                return new(name, route.Version.Number, route.Spec);
            }
        }
        catch (NotFoundException)
        {
            if (name == BuiltInEncoder.Name)
                return new(name, 0, BuiltInEncoder.Route);
        }

        var routes = await ListAsync(caller, cancellationToken);
        throw new NotFoundException($"There is no model '{name}'. {(routes.Count == 0 ? "No route is declared: apply one with 'kind: Route'." : $"There are: {string.Join(", ", routes.Take(20).Select(route => route.Name))}.")}");
    }
}
