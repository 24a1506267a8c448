namespace Orrery.Server;

/// <summary>What <c>GET /</c> tells a client that is no browser.</summary>
public sealed record ServerInfo(string Name, string Version)
{
    /// <summary>This server.</summary>
    public static ServerInfo Here { get; } = new("orrery", typeof(ServerInfo).Assembly.GetName().Version?.ToString(3) ?? "0.0.0");
}

/// <summary>Browsers ask for HTML at <c>/</c> and get the pages; clients that probe the address get the server's name and version.</summary>
internal sealed class ClientGreeting(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        return request.Path == "/" && HttpMethods.IsGet(request.Method) && !request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
            ? context.Response.WriteAsJsonAsync(ServerInfo.Here, context.RequestAborted)
            : next(context);
    }
}
