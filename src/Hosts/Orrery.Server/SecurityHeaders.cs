namespace Orrery.Server;

/// <summary>
/// Headers that a browser obeys: nothing is loaded from elsewhere, no page is framed, no type is guessed. Inline styles are MudBlazor's, the inline script is that of
/// the API's reference page.
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private const string Policy =
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; script-src 'self' 'unsafe-inline'; " +
        "connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        // What a program asks for is no document: half a kilobyte on every prediction would do nothing.
        if (context.Request.Path.StartsWithSegments("/v2", StringComparison.Ordinal))
            return next(context);
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        if (headers.ContentSecurityPolicy.Count == 0)
            headers.ContentSecurityPolicy = Policy;
        return next(context);
    }
}
