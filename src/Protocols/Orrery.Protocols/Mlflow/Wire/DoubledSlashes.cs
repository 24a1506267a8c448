using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Orrery.Protocols.Mlflow.Wire;

/// <summary>
/// Clients whose address ends in a slash ask <c>http://host:5080//api/…</c>. MLflow's server sends them to the path with one slash (werkzeug's merge_slashes), and so does this
/// one, but only from paths where nothing else is.
/// </summary>
internal sealed class DoubledSlashes : IRouteConstraint
{
    public static void Map(IEndpointRouteBuilder host) =>
        host.Map(RoutePatternFactory.Parse("{**path}", defaults: null, parameterPolicies: new { path = new DoubledSlashes() }), SendOn)
            .WithOrder(int.MaxValue).AllowAnonymous().ExcludeFromDescription();

    public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        httpContext?.Request.Path.Value?.Contains("//", StringComparison.Ordinal) == true;

    // To a path of this server: it begins with exactly one slash, so a browser takes no part of it for a host.
    private static Task SendOn(HttpContext http)
    {
        var path = new PathString("/" + string.Join('/', http.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries)));
        http.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
        http.Response.Headers.Location = http.Request.PathBase.Add(path).ToUriComponent() + http.Request.QueryString.ToUriComponent();
        return Task.CompletedTask;
    }
}
