using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Ledger.Runs.Reproduction;

internal static class ReproductionEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var runs = routes.MapApi("Runs", "/runs/{run}");
        runs.MapPost("/reproduce", StartAsync).RequireRole(Role.Editor).WithName("ReproduceRun")
            .WithSummary("Runs it again with the same inputs, seed and parameters, as a new run; of a pipeline's run its parts.");
        runs.MapGet("/reproduction", CompareAsync).RequireRole(Role.Viewer).WithName("GetReproduction")
            .WithSummary("A reproduction beside its original: which outputs are the same to the byte.");
    }

    private static async Task<Accepted<StartedReproduction>> StartAsync(HttpContext http, IReproductions reproductions, RunId run, CancellationToken cancellationToken)
    {
        var started = await reproductions.StartAsync(http.Caller(), run, cancellationToken);
        return TypedResults.Accepted($"/api/v1/runs/{started.Runs[0]}/reproduction", started);
    }

    private static async Task<Ok<ReproductionReport>> CompareAsync(HttpContext http, IReproductions reproductions, RunId run, CancellationToken cancellationToken) =>
        TypedResults.Ok(await reproductions.CompareAsync(http.Caller(), run, cancellationToken));
}
