using Microsoft.AspNetCore.Builder;

namespace Orrery.Platform.Access;

/// <summary>What a route's metadata says about who may call it.</summary>
/// <param name="Role">The least role, in the request's workspace.</param>
public sealed record RequiredRole(Role Role);

/// <summary>Says on a route which role it needs.</summary>
public static class RequiredRoleConventions
{
    /// <summary>The route needs at least <paramref name="role"/> in the request's workspace.</summary>
    public static TBuilder RequireRole<TBuilder>(this TBuilder route, Role role) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new RequiredRole(role));
}
