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

    // A list of its own: the host's is being read when the routes are asked for.
    private sealed class Routes(IEndpointRouteBuilder host) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => host.ServiceProvider;

        public ICollection<EndpointDataSource> DataSources { get; } = [];

        public IApplicationBuilder CreateApplicationBuilder() => host.CreateApplicationBuilder();
    }
}
