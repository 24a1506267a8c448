using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Platform.Http;
using Orrery.Tuning.Pruners;
using Orrery.Tuning.Spaces;
using Orrery.Tuning.Studies;

namespace Orrery.Training.Studies;

/// <summary>A worker's question for a trial.</summary>
/// <param name="Worker">Who asks; the same in all that it says of the trial.</param>
public sealed record AskForTrial(string Worker);

/// <summary>A worker's question for a parameter.</summary>
public sealed record SuggestParameter(string Worker, ParameterSpec Parameter);

/// <summary>A value of the first objective on a trial's way; null where it is not finite.</summary>
public sealed record ReportTrial(string Worker, int Step, double? Value);

/// <summary>A worker is alive.</summary>
public sealed record BeatTrial(string Worker);

/// <summary>How a trial came out.</summary>
/// <param name="Worker">Who ran it.</param>
/// <param name="Metrics">Of a complete one: at least the objectives and what constraints bound.</param>
/// <param name="State">Complete where it is left out.</param>
/// <param name="Reason">Why it failed.</param>
public sealed record TellTrial(string Worker, IReadOnlyDictionary<string, double>? Metrics = null, TrialState State = TrialState.Complete, string? Reason = null);

/// <summary>A point to try next; the sampler chooses what it leaves open.</summary>
public sealed record EnqueuePoint(IReadOnlyDictionary<string, ParameterValue> Parameters);

/// <summary>A value of a parameter.</summary>
public sealed record SuggestedValue(ParameterValue Value);

/// <summary>Whether a trial should go on.</summary>
public sealed record ReportedTrial(PruningDecision Decision);

internal static class StudyEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var studies = routes.MapApi("Studies", "/studies");
        studies.MapGet("/runs", ListAsync).RequireRole(Role.Viewer).WithName("ListStudyRuns").WithSummary("Runs of studies, newest first; of one study with ?study=.");
        studies.MapPost("/{study}/runs", StartAsync).RequireRole(Role.Editor).WithName("StartStudy").WithSummary("Starts a run of a declared study.");
        studies.MapGet("/runs/{run}", GetAsync).RequireRole(Role.Viewer).WithName("GetStudyRun").WithSummary("A run of a study: how far it is, and its best trials.");
        studies.MapGet("/runs/{run}/trials", TrialsAsync).RequireRole(Role.Viewer).WithName("ListTrials").WithSummary("The trials of a run, by number.");
        studies.MapGet("/runs/{run}/importance", ImportanceAsync).RequireRole(Role.Viewer).WithName("GetImportance").WithSummary("Which parameters matter for an objective, alone and in pairs (functional ANOVA).");
        studies.MapPost("/runs/{run}/stop", StopAsync).RequireRole(Role.Editor).WithName("StopStudy").WithSummary("Ends a run; one that has ended stays as it is.");
        studies.MapPost("/runs/{run}/enqueue", EnqueueAsync).RequireRole(Role.Editor).WithName("EnqueuePoint").WithSummary("Adds a point to try next.");
        studies.MapPost("/runs/{run}/ask", AskAsync).RequireRole(Role.Editor).WithName("AskForTrial").WithSummary("Gives a worker the next trial, where there is one.");
        studies.MapPost("/runs/{run}/trials/{trial:int}/suggest", SuggestAsync).RequireRole(Role.Editor).WithName("SuggestParameter").WithSummary("The value of a parameter, where the objective defines the space.");
        studies.MapPost("/runs/{run}/trials/{trial:int}/report", ReportAsync).RequireRole(Role.Editor).WithName("ReportTrial").WithSummary("Reports the first objective on the way; says whether the trial should go on.");
        studies.MapPost("/runs/{run}/trials/{trial:int}/heartbeat", BeatAsync).RequireRole(Role.Editor).WithName("BeatTrial").WithSummary("Says that the trial's worker is alive.");
        studies.MapPost("/runs/{run}/trials/{trial:int}/tell", TellAsync).RequireRole(Role.Editor).WithName("TellTrial").WithSummary("Tells how a trial came out.");
    }

    private static async Task<Ok<Page<Run>>> ListAsync(HttpContext http, IStudies studies, string? study, [AsParameters] PageQuery page, CancellationToken cancellationToken) =>
        TypedResults.Ok(await studies.ListAsync(http.Caller(), study, page.ToRequest(), cancellationToken));

    private static async Task<Accepted<StudyStatus>> StartAsync(HttpContext http, IStudies studies, string study, CancellationToken cancellationToken)
    {
        var run = await studies.StartAsync(http.Caller(), study, cancellationToken);
        return TypedResults.Accepted($"/api/v1/studies/runs/{run}", await studies.GetAsync(http.Caller(), run, cancellationToken));
    }

    private static async Task<Ok<StudyStatus>> GetAsync(HttpContext http, IStudies studies, RunId run, CancellationToken cancellationToken) =>
        TypedResults.Ok(await studies.GetAsync(http.Caller(), run, cancellationToken));

    private static async Task<Ok<Page<StudyTrial>>> TrialsAsync(
        HttpContext http, IStudies studies, RunId run, [AsParameters] PageQuery page, CancellationToken cancellationToken) =>
        TypedResults.Ok(await studies.TrialsAsync(http.Caller(), run, page.ToRequest(), cancellationToken));

    private static async Task<Ok<StudyImportance>> ImportanceAsync(HttpContext http, IStudies studies, RunId run, int? objective, CancellationToken cancellationToken) =>
        TypedResults.Ok(await studies.ImportanceAsync(http.Caller(), run, objective ?? 0, cancellationToken));

    private static async Task<Ok<StudyStatus>> StopAsync(HttpContext http, IStudies studies, RunId run, CancellationToken cancellationToken)
    {
        await studies.StopAsync(http.Caller(), run, cancellationToken);
        return TypedResults.Ok(await studies.GetAsync(http.Caller(), run, cancellationToken));
    }

    private static async Task<NoContent> EnqueueAsync(HttpContext http, IStudies studies, RunId run, EnqueuePoint body, CancellationToken cancellationToken)
    {
        await studies.EnqueueAsync(http.Caller(), run, body.Parameters, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<TrialOffer>> AskAsync(HttpContext http, IStudies studies, RunId run, AskForTrial body, CancellationToken cancellationToken) =>
        TypedResults.Ok(await studies.AskAsync(http.Caller(), run, body.Worker, cancellationToken));

    private static async Task<Ok<SuggestedValue>> SuggestAsync(
        HttpContext http, IStudies studies, RunId run, int trial, SuggestParameter body, CancellationToken cancellationToken) =>
        TypedResults.Ok(new SuggestedValue(await studies.SuggestAsync(http.Caller(), run, trial, body.Worker, body.Parameter, cancellationToken)));

    private static async Task<Ok<ReportedTrial>> ReportAsync(HttpContext http, IStudies studies, RunId run, int trial, ReportTrial body, CancellationToken cancellationToken) =>
        TypedResults.Ok(new ReportedTrial(await studies.ReportAsync(http.Caller(), run, trial, body.Worker, body.Step, body.Value ?? double.NaN, cancellationToken)));

    private static async Task<NoContent> BeatAsync(HttpContext http, IStudies studies, RunId run, int trial, BeatTrial body, CancellationToken cancellationToken)
    {
        await studies.BeatAsync(http.Caller(), run, trial, body.Worker, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<StudyTrial>> TellAsync(HttpContext http, IStudies studies, RunId run, int trial, TellTrial body, CancellationToken cancellationToken) =>
        TypedResults.Ok(await studies.TellAsync(http.Caller(), run, trial, body.Worker, new(body.State, body.Metrics, body.Reason), cancellationToken));
}
