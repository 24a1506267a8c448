using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Artifacts;
using Orrery.Protocols.Mlflow.Assessments;
using Orrery.Protocols.Mlflow.Datasets;
using Orrery.Protocols.Mlflow.Evaluation;
using Orrery.Protocols.Mlflow.Experiments;
using Orrery.Protocols.Mlflow.GraphQl;
using Orrery.Protocols.Mlflow.LoggedModels;
using Orrery.Protocols.Mlflow.Metrics;
using Orrery.Protocols.Mlflow.Models;
using Orrery.Protocols.Mlflow.PromptLab;
using Orrery.Protocols.Mlflow.Runs;
using Orrery.Protocols.Mlflow.Traces;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow;

/// <summary>
/// MLflow's REST API, so that a team that sets MLFLOW_TRACKING_URI to this server goes on working. Sources: mlflow/protos/service.proto and its
/// neighbours, mlflow.org/docs/latest/rest-api.html.
/// </summary>
internal static class MlflowEndpoints
{
    /// <summary>The release of MLflow whose wire this is; clients ask for it.</summary>
    public const string Version = "3.5.2";

    private static readonly PathString[] Paths = ["/api/2.0", "/api/3.0", "/ajax-api", "/get-artifact", "/model-versions", "/health", "/version"];

    /// <summary>Whether a path belongs to this wire; one that does and is not listed is found all the same, among all routes.</summary>
    public static bool Serves(PathString path) => Array.Exists(Paths, start => path.StartsWithSegments(start, StringComparison.OrdinalIgnoreCase));

    public static void Map(IEndpointRouteBuilder host)
    {
        MapProbes(host);
        var routes = new MlflowRoutes(host);
        var (traceFiles, artifactFolders) = (new TraceFiles(host.ServiceProvider), new ArtifactFolders(host.ServiceProvider));
        var (experiments, runs) = (new ExperimentEndpoints(host.ServiceProvider), new RunEndpoints(host.ServiceProvider));
        var (metrics, datasets) = (new MetricEndpoints(host.ServiceProvider), new DatasetEndpoints(host.ServiceProvider));
        experiments.Map(routes);
        runs.Map(routes);
        new LogEndpoints(host.ServiceProvider).Map(routes);
        metrics.Map(routes);
        new PromptLabEndpoints(host.ServiceProvider, artifactFolders).Map(routes);
        var (searchVersions, listArtifacts) = ModelEndpoints.Map(routes, traceFiles, artifactFolders);
        datasets.Map(routes);
        new LoggedModelEndpoints(host.ServiceProvider).Map(routes);
        new TraceEndpoints(host.ServiceProvider, traceFiles).Map(routes);
        new OldTraceEndpoints(host.ServiceProvider).Map(routes);
        new TraceFileEndpoints(host.ServiceProvider, traceFiles).Map(routes);
        new AssessmentEndpoints(host.ServiceProvider).Map(routes);
        new EvaluationDatasetEndpoints(host.ServiceProvider).Map(routes);
        new ScorerEndpoints(host.ServiceProvider).Map(routes);
        new GraphQlEndpoints(new(experiments.GetAsync, runs.GetAsync, runs.SearchAsync, metrics.IntervalAsync, listArtifacts, searchVersions, datasets.SearchAsync)).Map(host);
        MapUnknown(host);
    }

    // Probes come without a token, and answer plain text.
    private static void MapProbes(IEndpointRouteBuilder host)
    {
        host.MapGet("/health", context => context.Response.WriteAsync("OK", context.RequestAborted)).AllowAnonymous().ExcludeFromDescription();
        host.MapGet("/version", context => context.Response.WriteAsync(Version, context.RequestAborted)).AllowAnonymous().ExcludeFromDescription();
    }

    // Newer clients try newer routes and take this answer to mean an older server.
    private static void MapUnknown(IEndpointRouteBuilder host)
    {
        foreach (var prefix in (string[])["/api/2.0/mlflow", "/api/3.0/mlflow", "/ajax-api/2.0/mlflow", "/ajax-api/3.0/mlflow"])
        {
            host.Map($"{prefix}/{{**rest}}", context => MlflowErrors.AnswerAsync(context, () => throw new MlflowException(
                MlflowErrorCode.EndpointNotFound, $"Orrery does not serve {context.Request.Method} {context.Request.Path}; docs/guides/mlflow.md lists what it serves.")))
                .RequireRole(Role.Viewer).ExcludeFromDescription();
        }
    }
}
