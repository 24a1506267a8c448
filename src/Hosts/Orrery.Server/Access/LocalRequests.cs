using System.Net;
using Orrery.Kernel;

namespace Orrery.Server.Access;

/// <summary>
/// Where no tokens are required, whoever reaches the address is its administrator, and a web page that the user happens to visit can make the browser
/// reach it: by a form or script of another origin, or by a name of its own that it lets resolve to 127.0.0.1 (DNS rebinding). So a request must
/// name this machine as its host, and come from a page of this machine if from one at all.
/// </summary>
internal sealed class LocalRequests(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!IsLocal(request.Host.Host))
            throw Refusal($"the host '{request.Host.Host}'");
        if (request.Headers.Origin is [{ Length: > 0 } origin] && !(Uri.TryCreate(origin, UriKind.Absolute, out var uri) && IsLocal(uri.Host)))
            throw Refusal($"the origin '{origin}'");
        return next(context);
    }

    private static bool IsLocal(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static OrreryException Refusal(string what) => new(
        ErrorCode.Forbidden, $"Without tokens this server answers this machine alone; the request names {what}. Start it with --require-tokens to be reached by other names.");
}
