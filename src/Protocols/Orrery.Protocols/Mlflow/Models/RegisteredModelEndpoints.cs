using Microsoft.Extensions.DependencyInjection;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Assets.Registry;
using Orrery.Ledger.Assets.Search;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Prompts;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Models;

/// <summary>MLflow's registered models: assets of kind model, and prompts where a client says so.</summary>
internal sealed class RegisteredModelEndpoints(IServiceProvider services, RegisteredModels models)
{
    private const int MostFound = 1000;

    private readonly Lazy<IRegistry> _registry = new(services.GetRequiredService<IRegistry>);
    private readonly Lazy<IAssetSearch> _search = new(services.GetRequiredService<IAssetSearch>);

    public void Map(MlflowRoutes routes) => routes
        .Post("/registered-models/create", Role.Editor, CreateAsync)
        .Get("/registered-models/get", Role.Viewer, GetAsync)
        .Patch("/registered-models/update", Role.Editor, UpdateAsync)
        .Post("/registered-models/rename", Role.Editor, RenameAsync)
        .Delete("/registered-models/delete", Role.Editor, DeleteAsync)
        .Get("/registered-models/search", Role.Viewer, SearchAsync)
        .Get("/registered-models/list", Role.Viewer, SearchAsync)
        .Post("/registered-models/get-latest-versions", Role.Viewer, LatestAsync)
        .Get("/registered-models/get-latest-versions", Role.Viewer, LatestAsync)
        .Post("/registered-models/set-tag", Role.Editor, SetTagAsync)
        .Delete("/registered-models/delete-tag", Role.Editor, DeleteTagAsync)
        .Post("/registered-models/alias", Role.Editor, SetAliasAsync)
        .Delete("/registered-models/alias", Role.Editor, DeleteAliasAsync)
        .Get("/registered-models/alias", Role.Viewer, GetByAliasAsync);

    private async Task CreateAsync(MlflowCall call)
    {
        var name = ModelNames.Model(call.Fields);
        var tags = RegistryTags.Read(call.Fields);
        var kind = PromptTags.KindOf(tags);
        if (await models.FindAsync(call.Caller, name, call.Cancelled) is { } there)
            throw Taken(name, there.Kind, kind);
        try
        {
            var model = await _registry.Value.CreateAsync(call.Caller, new(kind, name, call.Fields.Text("description") ?? "", tags), call.Cancelled);
            await AnswerAsync(call, model);
        }
        catch (ConflictException)
        {
            throw Taken(name, kind, kind); // somebody was faster
        }
    }

    private async Task GetAsync(MlflowCall call) => await AnswerAsync(call, await models.GetAsync(call.Caller, ModelNames.Model(call.Fields), call.Cancelled));

    private async Task UpdateAsync(MlflowCall call)
    {
        var model = await models.GetAsync(call.Caller, ModelNames.Model(call.Fields), call.Cancelled);
        await AnswerAsync(call, await _registry.Value.DescribeAsync(call.Caller, model.Kind, model.Name, call.Fields.Text("description") ?? "", call.Cancelled));
    }

    private async Task RenameAsync(MlflowCall call)
    {
        var (name, newName) = (ModelNames.Model(call.Fields), ModelNames.Model(call.Fields, "new_name"));
        var model = await models.GetAsync(call.Caller, name, call.Cancelled);
        if (newName != name && await models.FindAsync(call.Caller, newName, call.Cancelled) is not null)
            throw new MlflowException(MlflowErrorCode.ResourceAlreadyExists, $"Registered Model (name={newName}) already exists.");
        await AnswerAsync(call, newName == name ? model : await _registry.Value.RenameAsync(call.Caller, model.Kind, name, newName, call.Cancelled));
    }

    private async Task DeleteAsync(MlflowCall call)
    {
        var model = await models.GetAsync(call.Caller, ModelNames.Model(call.Fields), call.Cancelled);
        await _registry.Value.DeleteAsync(call.Caller, model.Kind, model.Name, call.Cancelled);
        await call.AnswerAsync();
    }

    private async Task SearchAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var search = new AssetSearch(PromptTags.Kinds, fields.Text("filter"), fields.Texts("order_by"), fields.Count("max_results", 100, MostFound), fields.Text("page_token"));
        var page = await _search.Value.AssetsAsync(call.Caller, search, call.Cancelled);
        var latest = await _search.Value.LatestByStageAsync(call.Caller, [.. page.Items.Select(model => model.Id)], call.Cancelled);
        await call.AnswerAsync(json =>
        {
            json.WriteEach("registered_models"u8, page.Items, (json, model) => ModelJson.WriteModel(json, model, latest[model.Id]));
            json.WriteText("next_page_token"u8, page.Next);
        });
    }

    private async Task LatestAsync(MlflowCall call)
    {
        var stages = call.Fields.Texts("stages").Select(ModelStages.Read).ToHashSet();
        var model = await models.GetAsync(call.Caller, ModelNames.Model(call.Fields), call.Cancelled);
        var latest = await _search.Value.LatestByStageAsync(call.Caller, [model.Id], call.Cancelled);
        await call.AnswerAsync(json => json.WriteEach(
            "model_versions"u8, latest[model.Id].Where(version => stages.Count == 0 || stages.Contains(version.Stage)), ModelJson.WriteVersion));
    }

    private async Task SetTagAsync(MlflowCall call)
    {
        var model = ModelNames.Model(call.Fields);
        var (key, value) = RegistryTags.One(call.Fields);
        await SetTagAsync(call, model, key, value);
    }

    private async Task DeleteTagAsync(MlflowCall call) => await SetTagAsync(call, ModelNames.Model(call.Fields), RegistryTags.Key(call.Fields), null);

    private async Task SetTagAsync(MlflowCall call, string name, string key, string? value)
    {
        var model = await models.GetAsync(call.Caller, name, call.Cancelled);
        await _registry.Value.SetTagsAsync(call.Caller, model.Kind, name, new Dictionary<string, string?> { [key] = value }, call.Cancelled);
        await call.AnswerAsync();
    }

    private async Task SetAliasAsync(MlflowCall call)
    {
        var (name, alias) = (ModelNames.Model(call.Fields), ModelNames.NewAlias(call.Fields));
        var version = await models.GetVersionAsync(call.Caller, name, ModelNames.Version(call.Fields), call.Cancelled);
        await models.Assets.SetAliasAsync(call.Caller, version.Ref, alias, call.Cancelled);
        await call.AnswerAsync();
    }

    private async Task DeleteAliasAsync(MlflowCall call)
    {
        var (name, alias) = (ModelNames.Model(call.Fields), ModelNames.Alias(call.Fields));
        var model = await models.GetAsync(call.Caller, name, call.Cancelled);
        if (model.Aliases.ContainsKey(alias))
            await models.Assets.DeleteAliasAsync(call.Caller, model.Kind, name, alias, call.Cancelled);
        await call.AnswerAsync();
    }

    private async Task GetByAliasAsync(MlflowCall call)
    {
        var version = await models.GetByAliasAsync(call.Caller, ModelNames.Model(call.Fields), ModelNames.Alias(call.Fields), call.Cancelled);
        await call.AnswerAsync(json => ModelJson.WriteVersionMember(json, version));
    }

    private async Task AnswerAsync(MlflowCall call, Asset model)
    {
        var latest = model.LatestVersion == 0 ? null : await _search.Value.LatestByStageAsync(call.Caller, [model.Id], call.Cancelled);
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("registered_model"u8);
            ModelJson.WriteModel(json, model, latest?[model.Id] ?? []);
            json.WriteEndObject();
        });
    }

    private static MlflowException Taken(string name, AssetKind there, AssetKind wanted)
    {
        var (old, made) = (Word(there), Word(wanted));
        return new(MlflowErrorCode.ResourceAlreadyExists, there == wanted
            ? $"{made} (name={name}) already exists."
            : $"Tried to create a {made.ToLowerInvariant()} with name '{name}', but the name is already taken by a {old.ToLowerInvariant()}. "
                + "MLflow does not allow creating a model and a prompt with the same name.");
    }

    private static string Word(AssetKind kind) => kind == AssetKind.Prompt ? "Prompt" : "Registered Model";
}
