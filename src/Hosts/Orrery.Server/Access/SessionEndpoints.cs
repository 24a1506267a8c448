using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Orrery.Server.Access;

/// <summary>Signs a browser in and out: the login page sends its token here, and from then on a cookie carries it.</summary>
internal static class SessionEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        // The form carries an antiforgery token, which the middleware checks.
        routes.MapPost("/session", SignInAsync).AllowAnonymous().ExcludeFromDescription();
        routes.MapPost("/session/end", SignOut).AllowAnonymous().ExcludeFromDescription();
    }

    private static async Task<RedirectHttpResult> SignInAsync(
        HttpContext http, TokenStore tokens, [FromForm] string token, [FromForm] string? returnUrl, CancellationToken cancellationToken)
    {
        var to = IsLocal(returnUrl) ? returnUrl! : "/";
        var secret = token.Trim();
        if (await tokens.FindAsync(secret, cancellationToken) is null)
            return TypedResults.LocalRedirect($"/login?failed=true&returnUrl={Uri.EscapeDataString(to)}");
        // Out of reach of scripts, never sent along from another site; over TLS alone where the page came over TLS.
        http.Response.Cookies.Append(TokenAuthentication.Cookie, secret, new()
        {
            HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = http.Request.IsHttps, Path = "/", IsEssential = true,
        });
        return TypedResults.LocalRedirect(to);
    }

    private static RedirectHttpResult SignOut(HttpContext http, [FromForm] string? returnUrl)
    {
        http.Response.Cookies.Delete(TokenAuthentication.Cookie);
        return TypedResults.LocalRedirect(IsLocal(returnUrl) ? returnUrl! : "/login");
    }

    // "//host" and "/\host" are other servers to a browser.
    private static bool IsLocal(string? url) => url is ['/'] or ['/', not ('/' or '\\'), ..];
}
