using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http.Features;

namespace Orrery.Server.Observability;

/// <summary>
/// Names a request's span by its method and route, and says how it was answered (OpenTelemetry's semantic conventions for HTTP, "Name" and "HTTP server"). ASP.NET Core 10
/// itself gives method, path and host and leaves the rest out. The query, in which tokens travel, is in no attribute.
/// </summary>
internal sealed class RequestSpan(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        context.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span ? TraceAsync(context, span) : next(context);

    private async Task TraceAsync(HttpContext context, Activity span)
    {
        // Now, for the handler of exceptions takes the endpoint away.
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        span.DisplayName = route is null ? context.Request.Method : $"{context.Request.Method} {route}";
        span.SetTag("http.route", route);
        try
        {
            await next(context);
        }
        finally
        {
            Answered(span, context.Response.StatusCode);
        }
    }

    // Only the server's own failures are errors of a server's span: a 404 is an answer.
    private static void Answered(Activity span, int status)
    {
        span.SetTag("http.response.status_code", status);
        if (status < StatusCodes.Status500InternalServerError)
            return;
        span.SetStatus(ActivityStatusCode.Error);
        span.SetTag("error.type", status.ToString(CultureInfo.InvariantCulture));
    }
}
