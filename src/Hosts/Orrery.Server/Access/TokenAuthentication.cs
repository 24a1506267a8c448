using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Server.Access;

/// <summary>
/// Signs a request in: by <c>Authorization: Bearer</c>, or by the cookie that the login page sets; where the server does not require tokens
/// (loopback alone), everybody is the local administrator.
/// </summary>
internal sealed class TokenAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, TokenStore tokens, ServerOptions server)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "token";
    public const string Cookie = "orrery_token";
    public const string WorkspaceHeader = "Orrery-Workspace";

    private const string LocalActor = "user:local";
    private const string Bearer = "Bearer ";

    // Most requests of a server without tokens are this one caller; a principal is never changed once it is made.
    private static readonly AuthenticateResult LocalAdministrator = Success(LocalActor, Caller.DefaultWorkspace, Role.Admin);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!server.RequireTokens)
            return Workspace() is var workspace && workspace == Caller.DefaultWorkspace ? LocalAdministrator : Success(LocalActor, workspace, Role.Admin);
        var header = Request.Headers.Authorization.ToString();
        var isBearer = header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase);
        var secret = isBearer ? header[Bearer.Length..].Trim() : Request.Cookies[Cookie];
        if (string.IsNullOrEmpty(secret))
            return AuthenticateResult.NoResult();
        return await tokens.FindAsync(secret, Context.RequestAborted) is { } token
            ? Success($"token:{token.Name}", token.Workspace, token.Role, isBearer ? [] : [new(AccessPolicies.SessionClaim, "cookie")])
            : AuthenticateResult.Fail("unknown token");
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (Request.Method == HttpMethods.Get && Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase))
        {
            Response.Redirect($"/login?returnUrl={Uri.EscapeDataString(Request.Path + Request.QueryString)}");
            return Task.CompletedTask;
        }

        Response.Headers.WWWAuthenticate = "Bearer";
        return WriteAsync(new(ErrorCode.Unauthenticated, "Sign in first: send 'Authorization: Bearer TOKEN'. 'orrery token create NAME' makes one."));
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        WriteAsync(new(ErrorCode.Forbidden, "Your role in this workspace does not allow this."));

    private string Workspace() => Request.Headers[WorkspaceHeader] is [{ Length: > 0 } name] && AssetRef.IsName(name) ? name : Caller.DefaultWorkspace;

    private static AuthenticateResult Success(string actor, string workspace, Role role, params ReadOnlySpan<Claim> more)
    {
        var identity = new ClaimsIdentity(
            [new(ClaimTypes.Name, actor), new(AccessPolicies.WorkspaceClaim, workspace), new(AccessPolicies.RoleClaim, role.ToString()), .. more], SchemeName);
        return AuthenticateResult.Success(new(new(identity), SchemeName));
    }

    private Task WriteAsync(OrreryException refusal)
    {
        var problem = Problems.Of(refusal);
        Response.StatusCode = problem.Status!.Value;
        return Response.WriteAsJsonAsync(problem, options: null, contentType: "application/problem+json", Context.RequestAborted);
    }
}
