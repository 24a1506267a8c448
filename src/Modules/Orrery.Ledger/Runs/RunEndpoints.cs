using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Ledger.Runs.Datasets;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Ledger.Runs;

/// <summary>How a run ended.</summary>
public sealed record FinishRun(RunStatus Status, string? Error = null, DateTimeOffset? EndedAt = null);

/// <summary>What to add to a run through the API; artifacts are uploaded by themselves.</summary>
public sealed record LogToRun(
    IReadOnlyDictionary<string, string>? Parameters = null, IReadOnlyList<LoggedMetric>? Metrics = null,
    IReadOnlyDictionary<string, string>? Tags = null, IReadOnlyList<RunInput>? Inputs = null,
    IReadOnlyList<LoggedDataset>? Datasets = null);

/// <summary>A dataset that a run says it read, known by name and digest; source, schema and profile as JSON.</summary>
public sealed record LoggedDataset(
    string Name, string Digest, string SourceType = "", string Source = "", string? Schema = null, string? Profile = null, IReadOnlyDictionary<string, string>? Tags = null)
{
    internal RunDataset ToDataset() => new(Name, Digest, SourceType, Source, Schema, Profile, [.. Tags ?? new Dictionary<string, string>()]);
}

/// <summary>A metric point as it is sent; its time is now where none is given.</summary>
public sealed record LoggedMetric(string Key, double Value, long Step = 0, DateTimeOffset? Time = null);

internal static class RunEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var runs = routes.MapApi("Runs", "/runs");
        runs.MapGet("", ListAsync).RequireRole(Role.Viewer).WithName("ListRuns").WithSummary("Runs that meet all conditions, newest first.");
        runs.MapPost("/search", SearchAsync).RequireRole(Role.Viewer).WithName("SearchRuns").WithSummary("Runs that meet a filter, in any order.");
        runs.MapPost("", StartAsync).RequireRole(Role.Editor).WithName("StartRun").WithSummary("Starts a run.");
        runs.MapGet("/{run}", GetAsync).RequireRole(Role.Viewer).WithName("GetRun").WithSummary("A run with its parameters, last metrics and tags.");
        runs.MapPost("/{run}/log", LogAsync).RequireRole(Role.Editor).WithName("LogToRun").WithSummary("Adds to a run: all of it or nothing.");
        runs.MapPost("/{run}/finish", FinishAsync).RequireRole(Role.Editor).WithName("FinishRun").WithSummary("Ends a run; one that has ended stays as it is.");
        runs.MapDelete("/{run}", DeleteAsync).RequireRole(Role.Editor).WithName("DeleteRun").WithSummary("Puts a run away; it can be restored.");
        runs.MapPost("/{run}/restore", RestoreAsync).RequireRole(Role.Editor).WithName("RestoreRun").WithSummary("Brings a deleted run back.");
        runs.MapGet("/{run}/metrics", HistoryAsync).RequireRole(Role.Viewer).WithName("GetMetricHistory").WithSummary("All points of a metric, by step, then time.");
    }

    private static async Task<Ok<Page<Run>>> ListAsync(
        HttpContext http, IRuns runs, string? kind, string? folder, RunId? parent, string? status, [AsParameters] PageQuery page, CancellationToken cancellationToken) =>
        TypedResults.Ok(await runs.ListAsync(http.Caller(), new(kind, folder, parent, QueryWord.Read<RunStatus>(status, "status")), page.ToRequest(), cancellationToken));

    private static async Task<Ok<Page<Run>>> SearchAsync(HttpContext http, IRuns runs, RunSearch body, CancellationToken cancellationToken) =>
        TypedResults.Ok(await runs.SearchAsync(http.Caller(), body, cancellationToken));

    private static async Task<NoContent> DeleteAsync(HttpContext http, IRuns runs, RunId run, CancellationToken cancellationToken)
    {
        await runs.DeleteAsync(http.Caller(), run, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<Run>> RestoreAsync(HttpContext http, IRuns runs, RunId run, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        await runs.RestoreAsync(caller, run, cancellationToken);
        return TypedResults.Ok(await runs.GetAsync(caller, run, cancellationToken));
    }

    private static async Task<Created<Run>> StartAsync(HttpContext http, IRuns runs, NewRun body, CancellationToken cancellationToken)
    {
        var run = await runs.StartAsync(http.Caller(), body with { Keeper = RunKeeper.Other }, cancellationToken);
        return TypedResults.Created($"/api/v1/runs/{run.Id}", run);
    }

    private static async Task<Ok<Run>> GetAsync(HttpContext http, IRuns runs, RunId run, CancellationToken cancellationToken) =>
        TypedResults.Ok(await runs.GetAsync(http.Caller(), run, cancellationToken));

    private static async Task<Ok<Run>> LogAsync(HttpContext http, IRuns runs, TimeProvider clock, RunId run, LogToRun body, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        var now = clock.GetUtcNow();
        await runs.LogAsync(caller, run, new()
        {
            Parameters = body.Parameters ?? new Dictionary<string, string>(),
            Metrics = [.. (body.Metrics ?? []).Select(point => new MetricPoint(point.Key, point.Value, point.Step, point.Time ?? now))],
            Tags = body.Tags ?? new Dictionary<string, string>(),
            Inputs = body.Inputs ?? [],
            Datasets = [.. (body.Datasets ?? []).Select(dataset => dataset.ToDataset())],
        }, cancellationToken);
        return TypedResults.Ok(await runs.GetAsync(caller, run, cancellationToken));
    }

    private static async Task<Ok<Run>> FinishAsync(HttpContext http, IRuns runs, RunId run, FinishRun body, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        await runs.FinishAsync(caller, run, body.Status, body.Error, body.EndedAt, cancellationToken);
        return TypedResults.Ok(await runs.GetAsync(caller, run, cancellationToken));
    }

    // The key stands in the query because metrics are called 'val/auc'.
    private static async Task<Ok<IReadOnlyList<MetricPoint>>> HistoryAsync(HttpContext http, IRuns runs, RunId run, string key, CancellationToken cancellationToken) =>
        TypedResults.Ok(await runs.MetricHistoryAsync(http.Caller(), run, key, cancellationToken));
}
