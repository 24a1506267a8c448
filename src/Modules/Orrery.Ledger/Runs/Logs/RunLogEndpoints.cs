using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Ledger.Runs.Logs;

/// <summary>Lines to append.</summary>
/// <param name="Lines">The lines.</param>
/// <param name="First">The number that the first of them is to have, so that sending again after a lost answer appends nothing twice.</param>
public sealed record AppendLines(IReadOnlyList<NewLogLine>? Lines = null, long? First = null);

internal static class RunLogEndpoints
{
    private const int DefaultLimit = 1000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var lines = routes.MapApi("Runs", "/runs/{run}/lines");
        lines.MapPost("", AppendAsync).RequireRole(Role.Editor).WithName("AppendRunLines").WithSummary("Appends lines to the run's log.");
        lines.MapGet("", ReadAsync).RequireRole(Role.Viewer).WithName("GetRunLines")
            .WithSummary("Lines of the run's log from a number on; waits up to 'wait' seconds, 20 at most, where there is none yet.");
    }

    private static async Task<Ok<LogEnd>> AppendAsync(HttpContext http, IRunLogs logs, RunId run, AppendLines body, CancellationToken cancellationToken) =>
        TypedResults.Ok(await logs.AppendAsync(http.Caller(), run, body.Lines ?? [], body.First, cancellationToken));

    private static async Task<Ok<LogPart>> ReadAsync(HttpContext http, IRunLogs logs, RunId run, long? from, int? limit, double? wait, CancellationToken cancellationToken) =>
        TypedResults.Ok(await logs.ReadAsync(http.Caller(), run, from ?? 0, limit ?? DefaultLimit, TimeSpan.FromSeconds(Math.Clamp(wait ?? 0, 0, 3600)), cancellationToken));
}
