using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger.Folders;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Experiments;

/// <summary>MLflow's experiments: the folders of runs.</summary>
internal sealed class ExperimentEndpoints(IServiceProvider services)
{
    private const int MostFound = 50_000;

    private readonly Lazy<IFolders> _folders = new(services.GetRequiredService<IFolders>);

    public void Map(MlflowRoutes routes) => routes
        .Post("/experiments/create", Role.Editor, CreateAsync)
        .Get("/experiments/get", Role.Viewer, GetAsync)
        .Get("/experiments/get-by-name", Role.Viewer, GetByNameAsync)
        .Get("/experiments/search", Role.Viewer, SearchAsync)
        .Post("/experiments/search", Role.Viewer, SearchAsync)
        .Get("/experiments/list", Role.Viewer, SearchAsync)
        .Post("/experiments/update", Role.Editor, UpdateAsync)
        .Post("/experiments/delete", Role.Editor, DeleteAsync)
        .Post("/experiments/restore", Role.Editor, RestoreAsync)
        .Post("/experiments/set-experiment-tag", Role.Editor, SetTagAsync)
        .Post("/experiments/delete-experiment-tag", Role.Editor, DeleteTagAsync);

    private async Task CreateAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var name = fields.RequiredText("name");
        var location = fields.Text("artifact_location") is { Length: > 0 } given ? ArtifactLocation.Read(given) : null;
        var tags = new Dictionary<string, string>();
        foreach (var tag in fields.Messages("tags"))
        {
            var (key, value) = (tag.RequiredText("key"), tag.Text("value") ?? "");
            MlflowNames.CheckExperimentTag(tag, key, value);
            tags[key] = value;
        }

        var folder = await _folders.Value.CreateAsync(call.Caller, new(name, location, tags), call.Cancelled);
        await call.AnswerAsync(json => json.WriteString("experiment_id"u8, ExperimentJson.Id(folder.Number)));
    }

    public async Task GetAsync(MlflowCall call)
    {
        var folder = await _folders.Value.GetAsync(call.Caller, Number(call), call.Cancelled);
        await call.AnswerAsync(json => ExperimentJson.WriteMember(json, folder));
    }

    private async Task GetByNameAsync(MlflowCall call)
    {
        var name = call.Fields.RequiredText("experiment_name");
        var folder = await _folders.Value.FindAsync(call.Caller, name, call.Cancelled)
            ?? throw new MlflowException(MlflowErrorCode.ResourceDoesNotExist, $"Could not find experiment with name '{name}'");
        await call.AnswerAsync(json => ExperimentJson.WriteMember(json, folder));
    }

    private async Task SearchAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var page = await _folders.Value.SearchAsync(
            call.Caller,
            new(
                fields.Text("filter"), fields.Texts("order_by"), ViewTypes.Read(fields, "view_type"), fields.Count("max_results", 1000, MostFound),
                fields.Text("page_token")),
            call.Cancelled);
        await call.AnswerAsync(json =>
        {
            json.WriteEach("experiments"u8, page.Items, ExperimentJson.Write);
            json.WriteText("next_page_token"u8, page.Next);
        });
    }

    private async Task UpdateAsync(MlflowCall call)
    {
        var name = call.Fields.RequiredText("new_name");
        try
        {
            await _folders.Value.RenameAsync(call.Caller, Number(call), name, call.Cancelled);
        }
        catch (Kernel.PreconditionFailedException)
        {
            throw new MlflowException(MlflowErrorCode.InvalidState, "Cannot rename a non-active experiment.");
        }

        await call.AnswerAsync();
    }

    private async Task DeleteAsync(MlflowCall call)
    {
        await _folders.Value.DeleteAsync(call.Caller, Number(call), call.Cancelled);
        await call.AnswerAsync();
    }

    private async Task RestoreAsync(MlflowCall call)
    {
        await _folders.Value.RestoreAsync(call.Caller, Number(call), call.Cancelled);
        await call.AnswerAsync();
    }

    private async Task SetTagAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var (key, value) = (fields.RequiredText("key"), fields.Text("value") ?? "");
        MlflowNames.CheckExperimentTag(fields, key, value);
        await _folders.Value.SetTagsAsync(call.Caller, Number(call), new Dictionary<string, string?> { [key] = value }, call.Cancelled);
        await call.AnswerAsync();
    }

    private async Task DeleteTagAsync(MlflowCall call)
    {
        var key = call.Fields.RequiredText("key");
        await _folders.Value.SetTagsAsync(call.Caller, Number(call), new Dictionary<string, string?> { [key] = null }, call.Cancelled);
        await call.AnswerAsync();
    }

    private static long Number(MlflowCall call) => MlflowNames.Experiment(call.Fields.RequiredText("experiment_id"));
}
