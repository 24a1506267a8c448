using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Kernel;
using Orrery.Ledger.Evaluation.Scorers;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Experiments;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Evaluation;

/// <summary>MLflow's registered scorers: what judges the answers of an application. They run at the client; here they are kept, by version.</summary>
internal sealed class ScorerEndpoints(IServiceProvider services)
{
    private readonly Lazy<IScorers> _scorers = new(services.GetRequiredService<IScorers>);

    public void Map(MlflowRoutes routes) => routes
        .Post("/scorers/register", Role.Editor, RegisterAsync, 3)
        .Get("/scorers/list", Role.Viewer, ListAsync, 3)
        .Get("/scorers/versions", Role.Viewer, VersionsAsync, 3)
        .Get("/scorers/get", Role.Viewer, GetAsync, 3)
        .Delete("/scorers/delete", Role.Editor, DeleteAsync, 3);

    private async Task RegisterAsync(MlflowCall call)
    {
        var scorer = await _scorers.Value.RegisterAsync(call.Caller, Folder(call), Name(call), call.Fields.RequiredText("serialized_scorer"), call.Cancelled);
        await call.AnswerAsync(json =>
        {
            json.WriteNumber("version"u8, scorer.Version);
            json.WriteString("scorer_id"u8, scorer.Id.ToString());
            json.WriteString("experiment_id"u8, ExperimentJson.Id(scorer.Folder));
            json.WriteString("name"u8, scorer.Name);
            json.WriteString("serialized_scorer"u8, scorer.Definition);
            json.WriteTime("creation_time"u8, scorer.CreatedAt);
        });
    }

    private async Task ListAsync(MlflowCall call) => await AnswerAsync(call, await _scorers.Value.ListAsync(call.Caller, Folder(call), call.Cancelled));

    private async Task VersionsAsync(MlflowCall call) => await AnswerAsync(call, await _scorers.Value.VersionsAsync(call.Caller, Folder(call), Name(call), call.Cancelled));

    private async Task GetAsync(MlflowCall call)
    {
        var versions = await _scorers.Value.VersionsAsync(call.Caller, Folder(call), Name(call), call.Cancelled);
        var scorer = call.Fields.Int64("version") is not { } number ? versions[^1] : versions.FirstOrDefault(version => version.Version == number)
            ?? throw new NotFoundException($"Scorer with name '{Name(call)}' and version {number} not found for experiment {Folder(call)}.");
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("scorer"u8);
            Write(json, scorer);
            json.WriteEndObject();
        });
    }

    private async Task DeleteAsync(MlflowCall call)
    {
        var version = call.Fields.Int64("version") is { } number ? (int)Math.Clamp(number, 0, int.MaxValue) : (int?)null;
        await _scorers.Value.DeleteAsync(call.Caller, Folder(call), Name(call), version, call.Cancelled);
        await call.AnswerAsync();
    }

    private static long Folder(MlflowCall call) => MlflowNames.Experiment(call.Fields.RequiredText("experiment_id"));

    private static string Name(MlflowCall call) => call.Fields.RequiredText("name");

    private static Task AnswerAsync(MlflowCall call, IReadOnlyList<Scorer> scorers) => call.AnswerAsync(json => json.WriteEach("scorers"u8, scorers, Write));

    private static void Write(Utf8JsonWriter json, Scorer scorer)
    {
        json.WriteNumber("experiment_id"u8, scorer.Folder);
        json.WriteString("scorer_name"u8, scorer.Name);
        json.WriteNumber("scorer_version"u8, scorer.Version);
        json.WriteString("serialized_scorer"u8, scorer.Definition);
        json.WriteTime("creation_time"u8, scorer.CreatedAt);
        json.WriteString("scorer_id"u8, scorer.Id.ToString());
    }
}
