using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Pipelines.Steps;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Pipelines.Runs;

/// <summary>A run to start.</summary>
public sealed record StartPipeline(IReadOnlyDictionary<string, string>? Parameters = null);

/// <summary>Intervals to run a pipeline for.</summary>
public sealed record StartBackfill(string Parameter, DateTimeOffset From, DateTimeOffset To, TimeSpan Every, IReadOnlyDictionary<string, string>? Parameters = null);

/// <summary>The runs that were started.</summary>
public sealed record StartedRuns(IReadOnlyList<RunId> Runs);

internal static class PipelineEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var pipelines = routes.MapApi("Pipelines", "/pipelines");
        pipelines.MapGet("/runs", ListAsync).RequireRole(Role.Viewer).WithName("ListPipelineRuns").WithSummary("Runs of pipelines, newest first; of one pipeline with ?pipeline=.");
        pipelines.MapGet("/runs/{run}", GetAsync).RequireRole(Role.Viewer).WithName("GetPipelineRun").WithSummary("A run with its steps.");
        pipelines.MapPost("/runs/{run}/cancel", CancelAsync).RequireRole(Role.Editor).WithName("CancelPipelineRun").WithSummary("Ends a run; one that has ended stays as it is.");
        pipelines.MapGet("/step-kinds", StepKindNames).RequireRole(Role.Viewer).WithName("ListStepKinds").WithSummary("The kinds of steps that there are.");
        pipelines.MapPost("/{pipeline}/runs", StartAsync).RequireRole(Role.Editor).WithName("StartPipeline").WithSummary("Starts a run of the latest version.");
        pipelines.MapPost("/{pipeline}/backfill", BackfillAsync).RequireRole(Role.Editor).WithName("BackfillPipeline").WithSummary("Starts a run for each interval of a range.");
    }

    private static async Task<Ok<Page<PipelineRun>>> ListAsync(
        HttpContext http, IPipelines pipelines, string? pipeline, [AsParameters] PageQuery page, CancellationToken cancellationToken) =>
        TypedResults.Ok(await pipelines.ListAsync(http.Caller(), pipeline, page.ToRequest(), cancellationToken));

    private static async Task<Ok<PipelineStatus>> GetAsync(HttpContext http, IPipelines pipelines, RunId run, CancellationToken cancellationToken) =>
        TypedResults.Ok(await pipelines.GetAsync(http.Caller(), run, cancellationToken));

    private static async Task<Accepted<PipelineStatus>> StartAsync(
        HttpContext http, IPipelines pipelines, string pipeline, StartPipeline? body, CancellationToken cancellationToken)
    {
        var run = await pipelines.StartAsync(http.Caller(), pipeline, body?.Parameters, cancellationToken: cancellationToken);
        return TypedResults.Accepted($"/api/v1/pipelines/runs/{run}", await pipelines.GetAsync(http.Caller(), run, cancellationToken));
    }

    private static async Task<Ok<PipelineStatus>> CancelAsync(HttpContext http, IPipelines pipelines, RunId run, CancellationToken cancellationToken)
    {
        await pipelines.CancelAsync(http.Caller(), run, cancellationToken);
        return TypedResults.Ok(await pipelines.GetAsync(http.Caller(), run, cancellationToken));
    }

    private static async Task<Ok<StartedRuns>> BackfillAsync(
        HttpContext http, IPipelines pipelines, string pipeline, StartBackfill body, CancellationToken cancellationToken) =>
        TypedResults.Ok(new StartedRuns(await pipelines.BackfillAsync(
            http.Caller(), pipeline, new(body.Parameter, body.From, body.To, body.Every), body.Parameters, cancellationToken)));

    private static Ok<IReadOnlyList<string>> StepKindNames(StepKinds kinds) => TypedResults.Ok(kinds.Names);
}
