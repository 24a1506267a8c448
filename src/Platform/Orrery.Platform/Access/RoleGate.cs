using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;

namespace Orrery.Platform.Access;

/// <summary>Finds out who sends a request; the host's.</summary>
public interface ISignIn
{
    /// <summary>The sender, or null for a stranger: nobody, or somebody with a token that is not known.</summary>
    ValueTask<CallerPrincipal?> IdentifyAsync(HttpContext context);

    /// <summary>Whether somebody who was signed in still may be: what outlives its request, such as an open page, asks before it does more.</summary>
    ValueTask<bool> IsKnownAsync(CallerPrincipal principal, CancellationToken cancellationToken);
}

/// <summary>
/// Lets a request through to its route if its sender has the role that the route asks for. Deny by default: a route that neither names a role nor
/// says that everybody may call it is closed to all.
/// </summary>
/// <remarks>
/// ASP.NET Core's own middleware, whose place this takes, builds all routes and their JSON contracts before the server listens
/// (docs/decisions/0004-what-a-start-may-do.md), and allocates a handler for each request.
/// </remarks>
public sealed class RoleGate(RequestDelegate next, ISignIn signIn)
{
    /// <summary>Lets it through, or refuses it.</summary>
    /// <exception cref="OrreryException">A stranger (unauthenticated), or a role that does not suffice (forbidden).</exception>
    public async Task InvokeAsync(HttpContext context)
    {
        var principal = await signIn.IdentifyAsync(context);
        if (principal is not null)
            context.User = principal;
        if (context.GetEndpoint() is { } endpoint && !IsRefusal(endpoint) && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null)
        {
            try
            {
                Check(endpoint, context.Caller());
            }
            catch (OrreryException refusal) when (endpoint.Metadata.GetMetadata<IRefusalWriter>() is { } wire)
            {
                await wire.WriteAsync(context, refusal);
                return;
            }
        }

        await next(context);
    }

    /// <summary>Whether routing itself answers, that a route has another method or media type: it leads to no handler of ours.</summary>
    private static bool IsRefusal(Endpoint endpoint) => endpoint is not RouteEndpoint && endpoint.Metadata.Count == 0;

    private static void Check(Endpoint endpoint, Caller caller)
    {
        if (endpoint.Metadata.GetMetadata<RequiredRole>() is not { } required)
            throw new OrreryException(ErrorCode.Forbidden, "This route is closed: it does not say who may call it.");
        if (caller.Role < required.Role)
            throw new OrreryException(ErrorCode.Forbidden, $"This needs the role {required.Role} in the workspace '{caller.Workspace}'; yours is {caller.Role}.");
        if (caller.Scopes is not null && endpoint.Metadata.GetMetadata<AcceptsScopes>() is null)
            throw new OrreryException(ErrorCode.Forbidden, "This token is for points of collections alone; take one without scopes.");
    }
}

/// <summary>Puts the gate into a pipeline, and lists what it guards.</summary>
public static class RoleGateExtensions
{
    /// <summary>From here on requests are signed in and routes guarded; stands after routing.</summary>
    public static void UseRoleGate(this WebApplication app)
    {
        // The host would put ASP.NET Core's own before everything else, because SignalR registers its services.
        ((IApplicationBuilder)app).Properties["__AuthorizationMiddlewareSet"] = true;
        app.UseMiddleware<RoleGate>();
    }

    /// <summary>The routes that neither name a role nor are open to everybody; there should be none.</summary>
    public static IEnumerable<string> ClosedRoutes(this IEndpointRouteBuilder routes) => routes.DataSources
        .SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null && endpoint.Metadata.GetMetadata<RequiredRole>() is null)
        .Select(endpoint => endpoint.RoutePattern.RawText!);
}
