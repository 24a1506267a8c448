using Orrery.Platform.Http;

namespace Orrery.Server.Observability;

internal static class VersionEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapApi("Health").MapGet("/version", () => ServerInfo.Here).AllowAnonymous().WithName("GetServerVersion").WithSummary("Names the server and its version.");
}
