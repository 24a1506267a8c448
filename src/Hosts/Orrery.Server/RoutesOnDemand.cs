using Microsoft.Extensions.Primitives;

namespace Orrery.Server;

/// <summary>
/// Routes that are mapped when the first request asks for one: mapping loads each handler's types, which was a third of a start
/// (docs/decisions/0004-what-a-start-may-do.md).
/// </summary>
internal sealed class RoutesOnDemand(IEndpointRouteBuilder host, Action<IEndpointRouteBuilder> map) : EndpointDataSource
{
    private readonly Lazy<CompositeEndpointDataSource> _routes = new(() =>
    {
        var routes = new Routes(host);
        map(routes);
        return new(routes.DataSources);
    });

    public override IReadOnlyList<Endpoint> Endpoints => _routes.Value.Endpoints;

    public override IReadOnlyList<Endpoint> GetGroupedEndpoints(RouteGroupContext context) => _routes.Value.GetGroupedEndpoints(context);

    public override IChangeToken GetChangeToken() => _routes.Value.GetChangeToken();

    /// <summary>
    /// Finds requests of <paramref name="branch"/> among these routes alone; what is not found goes on to the host's. A server that only one wire is spoken to
    /// keeps that wire's routes in memory and no others.
    /// </summary>
    public void Route(IApplicationBuilder branch)
    {
        // Where UseRouting takes the routes of a WebApplication from; the branch has its own.
        branch.Properties["__GlobalEndpointRouteBuilder"] = new Routes(host) { DataSources = { this } };
        branch.UseRouting();
    }

    // A list of its own: the host's is being read when the routes are asked for.
    private sealed class Routes(IEndpointRouteBuilder host) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => host.ServiceProvider;

        public ICollection<EndpointDataSource> DataSources { get; } = [];

        public IApplicationBuilder CreateApplicationBuilder() => host.CreateApplicationBuilder();
    }
}
