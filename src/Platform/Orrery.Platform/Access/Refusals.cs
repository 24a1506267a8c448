using Microsoft.AspNetCore.Http;
using Orrery.Kernel;

namespace Orrery.Platform.Access;

/// <summary>On a route of another system's wire: writes the gate's refusals as that wire's clients read them.</summary>
public interface IRefusalWriter
{
    /// <summary>Answers a request that was not let through.</summary>
    Task WriteAsync(HttpContext context, OrreryException refusal);
}

/// <summary>On a route that serves tokens with scopes, because what it does asks for them (<see cref="Caller.Scopes"/>).</summary>
public sealed class AcceptsScopes
{
    /// <summary>The mark.</summary>
    public static AcceptsScopes Mark { get; } = new();
}
