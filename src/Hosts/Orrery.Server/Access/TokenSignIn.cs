using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Server.Access;

/// <summary>
/// Signs a request in: by <c>Authorization: Bearer</c>, by <c>api-key</c>, or by the cookie that the login page sets; where the server does not require tokens
/// (loopback alone), everybody is the local administrator.
/// </summary>
internal sealed class TokenSignIn(TokenStore tokens, ServerOptions server) : ISignIn
{
    public const string Cookie = "orrery_token";
    public const string WorkspaceHeader = "Orrery-Workspace";

    /// <summary>Where clients of vector databases put their token.</summary>
    public const string ApiKeyHeader = "api-key";

    private const string LocalActor = "user:local";
    private const string Bearer = "Bearer ";

    // Most requests of a server without tokens are this one caller's.
    private static readonly CallerPrincipal LocalAdministrator = new(new(Caller.DefaultWorkspace, LocalActor, Role.Admin));

    public ValueTask<CallerPrincipal?> IdentifyAsync(HttpContext context)
    {
        var request = context.Request;
        if (!server.RequireTokens)
            return new(request.Headers[WorkspaceHeader] is [{ Length: > 0 } name] && AssetRef.IsName(name) ? Local(name) : LocalAdministrator);
        var header = request.Headers.Authorization.ToString();
        var key = header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim() : request.Headers[ApiKeyHeader].ToString();
        var ofSession = key.Length == 0;
        var secret = ofSession ? request.Cookies[Cookie] : key;
        return string.IsNullOrEmpty(secret) ? default : FindAsync(secret, ofSession, context.RequestAborted);
    }

    public async ValueTask<bool> IsKnownAsync(CallerPrincipal principal, CancellationToken cancellationToken) =>
        principal is not TokenPrincipal token || await tokens.FindAsync(token.Secret, cancellationToken) is not null;

    private static CallerPrincipal Local(string workspace) =>
        workspace == Caller.DefaultWorkspace ? LocalAdministrator : new(new(workspace, LocalActor, Role.Admin));

    private async ValueTask<CallerPrincipal?> FindAsync(string secret, bool ofSession, CancellationToken cancellationToken) =>
        await tokens.FindAsync(secret, cancellationToken) is { } token ? new TokenPrincipal(token, secret, ofSession) : null;

    private sealed class TokenPrincipal(TokenInfo token, string secret, bool ofSession)
        : CallerPrincipal(new(token.Workspace, $"token:{token.Name}", token.Role) { Scopes = token.Scopes }, ofSession)
    {
        public string Secret { get; } = secret;
    }
}
