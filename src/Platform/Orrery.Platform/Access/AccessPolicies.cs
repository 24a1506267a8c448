using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using System.Globalization;
using System.Security.Claims;
using Orrery.Kernel;

namespace Orrery.Platform.Access;

/// <summary>Says which role a route needs. A route that says nothing is refused: the host's fallback policy denies, and a test enumerates all routes.</summary>
public static class AccessPolicies
{
    /// <summary>The claim that holds the caller's role in the request's workspace.</summary>
    public const string RoleClaim = "orrery:role";

    /// <summary>The claim that names the request's workspace.</summary>
    public const string WorkspaceClaim = "orrery:workspace";

    /// <summary>The claim of a caller whom a browser's session signed in: one who can sign out.</summary>
    public const string SessionClaim = "orrery:session";

    /// <summary>The name of the policy for a role.</summary>
    public static string Policy(Role role) => $"role:{role.ToString().ToLower(CultureInfo.InvariantCulture)}";

    /// <summary>The route needs at least <paramref name="role"/> in the request's workspace.</summary>
    public static TBuilder RequireRole<TBuilder>(this TBuilder route, Role role) where TBuilder : IEndpointConventionBuilder =>
        route.RequireAuthorization(Policy(role));

    /// <summary>Registers a policy for each role.</summary>
    public static void AddRolePolicies(AuthorizationOptions options)
    {
        foreach (var role in Enum.GetValues<Role>())
            options.AddPolicy(Policy(role), policy => policy.RequireAssertion(context => TryRole(context.User, out var has) && has >= role));
    }

    /// <summary>The caller of a request that passed authentication.</summary>
    public static Caller Caller(this HttpContext context)
    {
        var user = context.User;
        if (!TryRole(user, out var role))
            throw new OrreryException(ErrorCode.Unauthenticated, "Sign in first: send 'Authorization: Bearer TOKEN'.");
        return new(user.FindFirstValue(WorkspaceClaim) ?? Access.Caller.DefaultWorkspace, user.Identity?.Name ?? "anonymous", role);
    }

    private static bool TryRole(ClaimsPrincipal user, out Role role) => Enum.TryParse(user.FindFirstValue(RoleClaim), ignoreCase: true, out role);
}
