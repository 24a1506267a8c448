using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Orrery.Platform.Http;

/// <summary>Where the native API stands: every module's <c>…Endpoints</c> maps its routes through here.</summary>
public static class NativeApi
{
    /// <summary>What the paths of all its routes begin with.</summary>
    public const string Root = "/api/v1";

    /// <summary>A group of native routes below <paramref name="path"/>, under one heading of the API's reference.</summary>
    /// <param name="routes">The host's routes.</param>
    /// <param name="tag">The heading.</param>
    /// <param name="path">Below <see cref="Root"/>, beginning with a slash; empty where the routes share no more than that.</param>
    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder routes, string tag, string path = "") => routes.MapGroup(Root + path).WithTags(tag);
}
