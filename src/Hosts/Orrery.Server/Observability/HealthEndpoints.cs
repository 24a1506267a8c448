using Microsoft.AspNetCore.Http.HttpResults;
using Orrery.Platform.Http;
using Orrery.Platform.Relational;
using LinqToDB.Data;

namespace Orrery.Server.Observability;

internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("").WithTags("Health").AllowAnonymous();
        health.MapGet("/healthz", () => "ok").WithName("IsAlive").WithSummary("Answers as long as the process lives.");
        health.MapGet("/readyz", ReadyAsync).WithName("IsReady").WithSummary("Answers 200 once the server can do its work: the database answers and its schema is current.");
        routes.MapApi("Health").MapGet("/version", () => ServerInfo.Here).AllowAnonymous().WithName("GetServerVersion").WithSummary("Names the server and its version.");
    }

    // Kestrel listens only after the migrations ran, so what is left to ask is whether the database answers.
    private static async Task<Ok<string>> ReadyAsync(IDatabase database, CancellationToken cancellationToken)
    {
        await database.ReadAsync((connection, token) => connection.ExecuteAsync<int>("SELECT 1", token), cancellationToken);
        return TypedResults.Ok("ready");
    }
}
