using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Search.Relevance;

internal static class RelevanceEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapApi("Collections", "/collections").MapPost("/{collection}/evaluations", (
                string collection, EvaluateCollection body, HttpContext http, IRelevance relevance, CancellationToken ct) => relevance.EvaluateAsync(http.Caller(), collection, body, ct))
            .RequireRole(Role.Editor).WithName("EvaluateCollection").WithSummary("Measures a collection's answers by judgements (nDCG, MRR, MAP, recall), keeps them as a run, and asks a gate.");
}
