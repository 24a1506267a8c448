using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Http;
using Orrery.Serving.Predictions;

namespace Orrery.Serving.Endpoints;

/// <summary>A version to deploy: <c>model/flights:3</c>, or an alias. <paramref name="Force"/> passes over the gate, which only an admin may.</summary>
public sealed record DeployRequest(string Version, bool Force = false);

/// <summary>A challenger to start: its version, and where it differs from the endpoint's declaration, its traffic.</summary>
public sealed record CanaryRequest(string Version, Share? Share = null, bool? Shadow = null, bool Force = false);

/// <summary>Why somebody rolls back.</summary>
public sealed record RollbackRequest(string Reason);

/// <summary>Labels of predictions.</summary>
public sealed record LabelsRequest(IReadOnlyList<PredictionLabel> Labels);

internal static class ServingEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapApi("Endpoints", "/endpoints");
        group.MapGet("/", (HttpContext http, IEndpoints endpoints, CancellationToken token) => endpoints.ListAsync(http.Caller(), token))
            .WithName("ListEndpoints").WithSummary("All endpoints of the workspace and how they stand, by name.").RequireRole(Role.Viewer);
        group.MapGet("/{name}", (string name, HttpContext http, IEndpoints endpoints, CancellationToken token) => endpoints.StatusAsync(http.Caller(), name, token))
            .WithName("GetEndpoint").WithSummary("How an endpoint stands: champion, arms, canary, past canaries and deployments.").RequireRole(Role.Viewer);
        group.MapGet("/{name}/signature", (string name, HttpContext http, IPredictions predictions) => predictions.Signature(http.Caller(), name))
            .WithName("GetEndpointSignature").WithSummary("What an endpoint takes and gives.").RequireRole(Role.Viewer);
        group.MapPost("/{name}/deploy", (string name, DeployRequest body, HttpContext http, IEndpoints endpoints, CancellationToken token) =>
                endpoints.DeployAsync(http.Caller(), name, Reference(body.Version), Mode(body.Force), token))
            .WithName("Deploy").WithSummary("Makes a version the champion, if the endpoint's gate lets it.").RequireRole(Role.Editor);
        group.MapPost("/{name}/canary", (string name, CanaryRequest body, HttpContext http, IEndpoints endpoints, CancellationToken token) =>
                endpoints.StartCanaryAsync(http.Caller(), name, Reference(body.Version), new(body.Share, body.Shadow), Mode(body.Force), token))
            .WithName("StartCanary").WithSummary("Lets a challenger take its share of requests until the outcomes decide.").RequireRole(Role.Editor);
        group.MapGet("/{name}/canaries/{id}/course", (string name, string id, HttpContext http, IEndpoints endpoints, CancellationToken token) =>
                endpoints.CanaryCourseAsync(http.Caller(), name, id, token))
            .WithName("GetCanaryCourse").WithSummary("How the interval of a canary narrowed with its outcomes, thinned on a log scale.").RequireRole(Role.Viewer);
        group.MapPost("/{name}/rollback", (string name, RollbackRequest body, HttpContext http, IEndpoints endpoints, CancellationToken token) =>
                endpoints.RollbackAsync(http.Caller(), name, body.Reason, token))
            .WithName("Rollback").WithSummary("Takes the challenger away, or puts the champion before this one back.").RequireRole(Role.Editor);
        group.MapGet("/{name}/predictions", (string name, HttpContext http, IPredictions predictions, [AsParameters] PageQuery page, CancellationToken token) =>
                predictions.ListAsync(http.Caller(), name, page.ToRequest(), token))
            .WithName("ListPredictions").WithSummary("Predictions, newest first.").RequireRole(Role.Viewer);
        group.MapGet("/{name}/predictions/{id}", (string name, string id, HttpContext http, IPredictions predictions, CancellationToken token) =>
                predictions.FindAsync(http.Caller(), name, id, token))
            .WithName("GetPrediction").WithSummary("A prediction as it was logged, one record for each arm that scored it.").RequireRole(Role.Viewer);
        group.MapPost("/{name}/labels", LabelAsync).WithName("AddLabels").WithSummary("Says what turned out to be true of predictions.").RequireRole(Role.Editor);
    }

    private static async Task<IResult> LabelAsync(string name, LabelsRequest body, HttpContext http, IPredictions predictions, CancellationToken token)
    {
        await predictions.LabelAsync(http.Caller(), name, body.Labels, token);
        return TypedResults.NoContent();
    }

    private static AssetRef Reference(string text) => AssetRef.TryParse(text, out var reference)
        ? reference
        : throw new InvalidException($"Expected a model version as 'model/flights:3' or 'model/flights@challenger', got '{text}'.");

    private static GateMode Mode(bool force) => force ? GateMode.Force : GateMode.Respect;
}
