using Microsoft.AspNetCore.Http.HttpResults;
using Orrery.Platform.Relational;
using LinqToDB.Data;

namespace Orrery.Server.Observability;

/// <summary>What <c>GET /</c> tells a client that is no browser.</summary>
public sealed record ServerInfo(string Name, string Version);

internal static class HealthEndpoints
{
    public static string Version { get; } = typeof(HealthEndpoints).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("").WithTags("Health").AllowAnonymous();
        health.MapGet("/healthz", () => "ok").WithName("IsAlive").WithSummary("Answers as long as the process lives.");
        health.MapGet("/readyz", ReadyAsync).WithName("IsReady").WithSummary("Answers 200 once the server can do its work: the database answers and its schema is current.");
        health.MapGet("/api/v1/version", () => new ServerInfo("orrery", Version)).WithName("GetServerVersion").WithSummary("Names the server and its version.");
    }

    // Kestrel listens only after the migrations ran, so what is left to ask is whether the database answers.
    private static async Task<Ok<string>> ReadyAsync(IDatabase database, CancellationToken cancellationToken)
    {
        await database.ReadAsync((connection, token) => connection.ExecuteAsync<int>("SELECT 1", token), cancellationToken);
        return TypedResults.Ok("ready");
    }
}
