using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Artifacts;
using Orrery.Protocols.Mlflow.Runs;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.PromptLab;

/// <summary>Keeps what somebody tried in a prompt lab as a run: its parameters, a table of the answer, and a model that asks again.</summary>
internal sealed class PromptLabEndpoints(IServiceProvider services, ArtifactFolders artifacts)
{
    private readonly Lazy<IRuns> _runs = new(services.GetRequiredService<IRuns>);
    private readonly Lazy<IFolders> _folders = new(services.GetRequiredService<IFolders>);
    private readonly Lazy<TimeProvider> _clock = new(services.GetRequiredService<TimeProvider>);

    public void Map(MlflowRoutes routes) => routes.Post("/runs/create-promptlab-run", Role.Editor, CreateAsync);

    private async Task CreateAsync(MlflowCall call)
    {
        var request = PromptLabRequest.Read(call.Fields);
        var parameters = request.RunParameters();
        foreach (var (key, value) in parameters)
            MlflowNames.CheckParameter(call.Fields, key, value);
        var begun = NewRunMessage.Read(call.Fields, _clock.Value.GetUtcNow());
        // Nothing begins whose files could not be kept.
        artifacts.Get((await _folders.Value.GetAsync(call.Caller, begun.FolderNumber!.Value, call.Cancelled)).ArtifactRoot);
        var run = await _runs.Value.StartAsync(call.Caller, begun, call.Cancelled);
        try
        {
            var time = PromptLabFiles.Time(_clock.Value.GetUtcNow());
            await _runs.Value.LogAsync(call.Caller, run.Id, new() { Parameters = parameters, Tags = Tags(run, time) }, call.Cancelled);
            var folder = artifacts.Get(run.ArtifactUri);
            foreach (var (path, content) in PromptLabFiles.Of(request, run.Id.ToString(), time))
            {
                using var stream = new MemoryStream(content, writable: false);
                await folder.PutAsync(call.Caller, path, stream, call.Cancelled);
            }
        }
        catch
        {
            // Also where the client has hung up: the run would be running for ever.
            await _runs.Value.UpdateAsync(call.Caller, run.Id, new(null, RunStatus.Failed, null, null), CancellationToken.None);
            throw;
        }

        await _runs.Value.UpdateAsync(call.Caller, run.Id, new(null, RunStatus.Finished, null, null), call.Cancelled);
        var finished = await _runs.Value.GetAsync(call.Caller, run.Id, call.Cancelled);
        await call.AnswerAsync(json => RunJson.WriteMember(json, finished));
    }

    private static Dictionary<string, string> Tags(Run run, string time) => new()
    {
        ["mlflow.loggedArtifacts"] = $$"""[{"path": "{{PromptLabFiles.Table}}", "type": "table"}]""",
        ["mlflow.runSourceType"] = "PROMPT_ENGINEERING",
        // Where clients look for the models of a run.
        [LogEndpoints.ModelsTag] = JsonSerializer.Serialize(new[]
        {
            new
            {
                run_id = run.Id.ToString(),
                artifact_path = PromptLabFiles.Model,
                utc_time_created = time,
                flavors = new { python_function = new { loader_module = PromptLabFiles.Loader } },
            },
        }),
    };
}
