using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Orrery.Platform.Access;

namespace Orrery.Protocols.Qdrant.Grpc;

/// <summary>Qdrant's gRPC, beside its REST and with the same meaning: the services Collections, Points, Snapshots and Qdrant of the package qdrant.</summary>
internal static class QdrantGrpc
{
    private static readonly HashSet<string> Reading = new(StringComparer.Ordinal)
    {
        "Collections.Get", "Collections.List", "Collections.ListAliases", "Collections.ListCollectionAliases", "Collections.CollectionExists",
        "Points.Get", "Points.Scroll", "Points.Count", "Points.Facet", "Points.Query", "Points.QueryBatch", "Points.QueryGroups", "Points.Search", "Points.SearchBatch", "Points.SearchGroups",
        "Points.Recommend", "Points.RecommendBatch", "Points.RecommendGroups", "Points.Discover", "Points.DiscoverBatch", "Points.SearchMatrixPairs", "Points.SearchMatrixOffsets",
        "Snapshots.List", "Qdrant.HealthCheck",
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        Guard(routes.MapGrpcService<CollectionsGrpc>());
        Guard(routes.MapGrpcService<PointsGrpc>());
        Guard(routes.MapGrpcService<SnapshotsGrpc>());
        Guard(routes.MapGrpcService<HealthGrpc>());
    }

    // As in REST: reading needs a viewer, everything else an editor.
    private static void Guard(GrpcServiceEndpointConventionBuilder service) => service.Add(endpoint =>
    {
        var method = endpoint.Metadata.OfType<GrpcMethodMetadata>().FirstOrDefault()?.Method;
        var isReading = method is null || Reading.Contains($"{method.ServiceName["qdrant.".Length..]}.{method.Name}");
        endpoint.Metadata.Add(AcceptsScopes.Mark);
        endpoint.Metadata.Add(new RequiredRole(isReading ? Role.Viewer : Role.Editor));
    });
}
