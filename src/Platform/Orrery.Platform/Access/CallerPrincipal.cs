using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Orrery.Kernel;

namespace Orrery.Platform.Access;

/// <summary>The user of a request that was signed in. Immutable, so that one may serve many requests.</summary>
/// <param name="caller">Who it is.</param>
/// <param name="ofSession">Whether a browser's session signed them in, which they can end.</param>
public class CallerPrincipal(Caller caller, bool ofSession = false) : ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.Name, caller.Actor)], "orrery"))
{
    /// <summary>Who it is, in which workspace, with which role.</summary>
    public Caller Caller { get; } = caller;

    /// <summary>Whether they can sign out.</summary>
    public bool OfSession { get; } = ofSession;
}

/// <summary>Tells handlers who calls.</summary>
public static class CallerAccess
{
    /// <summary>The caller of a request that <see cref="RoleGate"/> let in.</summary>
    public static Caller Caller(this HttpContext context) => context.User is CallerPrincipal principal
        ? principal.Caller
        : throw new OrreryException(ErrorCode.Unauthenticated, "Sign in first: send 'Authorization: Bearer TOKEN'. 'orrery token create NAME' makes one.");
}
