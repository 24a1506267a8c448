using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Orrery.Kernel;

namespace Orrery.Server.Access;

/// <summary>Signs a browser in and out: the login page sends its token here, from then on a cookie carries it, until the bar's button ends it.</summary>
internal static class SessionEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var session = routes.MapGroup("/session").AllowAnonymous().ExcludeFromDescription();
        session.MapPost("", SignInAsync);
        session.MapPost("/end", SignOutAsync);
    }

    private static async Task<RedirectHttpResult> SignInAsync(
        HttpContext http, TokenStore tokens, IAntiforgery antiforgery, CancellationToken cancellationToken)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
            throw new InvalidException("Sign in with the form at /login: this one is not from there, or is too old.");
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var returnUrl = form["returnUrl"].ToString();
        var to = IsLocal(returnUrl) ? returnUrl : "/";
        var secret = form["token"].ToString().Trim();
        if (await tokens.FindAsync(secret, cancellationToken) is null)
            return TypedResults.LocalRedirect($"/login?failed=true&returnUrl={Uri.EscapeDataString(to)}");
        // Out of reach of scripts, never sent along from another site; over TLS alone where the page came over TLS.
        http.Response.Cookies.Append(TokenSignIn.Cookie, secret, Attributes(http));
        return TypedResults.LocalRedirect(to);
    }

    // Antiforgery here too: another site is not to sign people out.
    private static async Task<RedirectHttpResult> SignOutAsync(HttpContext http, IAntiforgery antiforgery)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
            throw new InvalidException("Sign out with the button in the bar: this form is not from there, or is too old.");
        http.Response.Cookies.Delete(TokenSignIn.Cookie, Attributes(http));
        return TypedResults.LocalRedirect("/login");
    }

    private static CookieOptions Attributes(HttpContext http) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = http.Request.IsHttps,
        Path = "/",
        IsEssential = true,
    };

    // "//host" and "/\host" are other servers to a browser.
    private static bool IsLocal(string? url) => url is ['/'] or ['/', not ('/' or '\\'), ..];
}
