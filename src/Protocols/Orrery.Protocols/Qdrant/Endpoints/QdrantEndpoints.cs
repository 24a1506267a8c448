using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Platform.Access;
using Orrery.Search.Collections;
using Orrery.Search.Snapshots;

namespace Orrery.Protocols.Qdrant.Endpoints;

/// <summary>
/// Qdrant's REST API. Collections, points and aliases are ours under the same names. Source: qdrant/qdrant, docs/redoc/master/openapi.json and tests/openapi; what differs stands in
/// docs/guides/vectors.md.
/// </summary>
internal static class QdrantEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var collections = new Lazy<ICollections>(services.GetRequiredService<ICollections>);
        new CollectionEndpoints(collections).Map(routes);
        new PointEndpoints(collections).Map(routes);
        new QueryEndpoints(collections).Map(routes);
        new ServiceEndpoints(collections).Map(routes);
        new SnapshotEndpoints(new(services.GetRequiredService<ISnapshots>), collections).Map(routes);
    }

    /// <summary>Maps a route whose handler answers in Qdrant's envelope.</summary>
    public static IEndpointConventionBuilder Answer(this IEndpointRouteBuilder routes, string method, string path, Role role, Func<QdrantCall, Task<Action<Utf8JsonWriter>>> handler) =>
        routes.MapMethods(path, [method], http => QdrantCall.AnswerAsync(http, handler)).RequireRole(role).WithMetadata(AcceptsScopes.Mark, QdrantRefusals.Writer).ExcludeFromDescription();
}
