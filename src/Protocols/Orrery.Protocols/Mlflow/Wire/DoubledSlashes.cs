using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Orrery.Protocols.Mlflow.Wire;

/// <summary>
/// Clients whose address ends in a slash ask <c>http://host:5080//api/…</c>. MLflow's server sends them to the path with one slash (werkzeug's merge_slashes), and so does this
/// one, but only from paths where nothing else is. No route does this: one that takes any path takes part in the choice of every other, and turns their 405 and 415 into 404.
/// </summary>
internal static class DoubledSlashes
{
    public static void Use(IApplicationBuilder app) => app.Use(next => http =>
        http.GetEndpoint() is null && http.Request.Path.Value?.Contains("//", StringComparison.Ordinal) == true ? SendOn(http) : next(http));

    // To a path of this server: it begins with exactly one slash, so a browser takes no part of it for a host.
    private static Task SendOn(HttpContext http)
    {
        var path = new PathString("/" + string.Join('/', http.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries)));
        http.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
        http.Response.Headers.Location = http.Request.PathBase.Add(path).ToUriComponent() + http.Request.QueryString.ToUriComponent();
        return Task.CompletedTask;
    }
}
