using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Training.Train;

/// <summary>A training to start.</summary>
/// <param name="TrainingSet">A dataset version's id; the latest of the trainer's own dataset where it is left out.</param>
/// <param name="Set">What this training takes otherwise than the trainer says, laid over its spec: <c>{ "tune": { "trials": 3 } }</c>.</param>
public sealed record StartTraining(string? TrainingSet = null, JsonElement? Set = null);

/// <summary>A training that was started.</summary>
/// <param name="Run">Its run, at <c>/api/v1/runs/{run}</c>.</param>
public sealed record StartedTraining(string Run);

internal static class TrainEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapApi("Training").MapPost("/trainers/{name}/train", StartAsync).RequireRole(Role.Editor).WithName("StartTraining")
            .WithSummary("Starts a training; follow its run.").Produces<StartedTraining>(StatusCodes.Status202Accepted);

    private static async Task<IResult> StartAsync(string name, StartTraining? request, HttpContext http, ITrainer trainer, CancellationToken cancellationToken)
    {
        VersionId? set = null;
        if (request?.TrainingSet is { } text)
            set = VersionId.TryParse(text, out var id) ? id : throw new InvalidException($"Expected a version's id of 32 hexadecimal digits as trainingSet, got '{text}'.");
        var run = await trainer.StartAsync(http.Caller(), new(name, set, Set: request?.Set), cancellationToken);
        return Results.Accepted($"/api/v1/runs/{run}", new StartedTraining(run.ToString()));
    }
}
