using Microsoft.Extensions.DependencyInjection;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Assets.Registry;
using Orrery.Ledger.Assets.Search;
using Orrery.Ledger.Models;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Artifacts;
using Orrery.Protocols.Mlflow.Prompts;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Models;

/// <summary>MLflow's model versions: versions of assets, with the source that a client names.</summary>
internal sealed class ModelVersionEndpoints(IServiceProvider services, RegisteredModels models, ModelSources sources, ArtifactUris uris)
{
    private const int MostFound = 10_000; // of one page; MLflow lets a server choose
    private const int MostWanted = 200_000;

    private readonly Lazy<IRegistry> _registry = new(services.GetRequiredService<IRegistry>);
    private readonly Lazy<IAssetSearch> _search = new(services.GetRequiredService<IAssetSearch>);

    public void Map(MlflowRoutes routes) => routes
        .Post("/model-versions/create", Role.Editor, CreateAsync)
        .Get("/model-versions/get", Role.Viewer, GetAsync)
        .Patch("/model-versions/update", Role.Editor, UpdateAsync)
        .Post("/model-versions/transition-stage", Role.Editor, StageAsync)
        .Delete("/model-versions/delete", Role.Editor, DeleteAsync)
        .Get("/model-versions/search", Role.Viewer, SearchAsync)
        .Get("/model-versions/get-download-uri", Role.Viewer, DownloadUriAsync)
        .Post("/model-versions/set-tag", Role.Editor, SetTagAsync)
        .Delete("/model-versions/delete-tag", Role.Editor, DeleteTagAsync);

    private async Task CreateAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var (name, source, runId, tags) = (ModelNames.Model(fields), fields.RequiredText("source"), fields.Text("run_id"), RegistryTags.Read(fields));
        var modelId = NotEmpty(fields.Text("model_id"));
        var run = await uris.FindRunAsync(call.Caller, runId, call.Cancelled);
        var logged = await sources.LoggedAsync(call.Caller, modelId, call.Cancelled);
        if (PromptTags.KindOf(tags) == AssetKind.Prompt)
            SourceRules.CheckPrompt(source);
        else
            SourceRules.CheckModel(source, modelId is null ? run?.ArtifactUri : logged?.ArtifactUri, modelId is null ? "run_id" : "model_id");
        var model = await models.GetAsync(call.Caller, name, call.Cancelled);
        var (location, maker) = await sources.FollowAsync(call.Caller, source, call.Cancelled);
        if (NotEmpty(runId) is null)
        {
            runId = maker ?? logged?.SourceRun;
            run = await uris.FindRunAsync(call.Caller, runId, call.Cancelled);
        }

        var manifest = new SourcedModel(
            source, location, NotEmpty(fields.Text("run_link")), modelId, tags.GetValueOrDefault(PromptTags.Text),
            await sources.PinAsync(call.Caller, location, call.Cancelled));
        var version = await models.Assets.AddVersionAsync(
            call.Caller,
            new(model.Kind, name, manifest, run?.Id, tags)
            {
                Description = fields.Text("description") ?? "",
                Source = source,
                SourceRun = runId ?? "",
                SameContent = SameContent.AddAnother,
            },
            call.Cancelled);
        if (logged is not null)
            await sources.LinkAsync(call.Caller, logged, version, call.Cancelled);
        await AnswerAsync(call, version);
    }

    private async Task GetAsync(MlflowCall call) => await AnswerAsync(call, await FindAsync(call));

    private async Task UpdateAsync(MlflowCall call)
    {
        var version = await FindAsync(call);
        await AnswerAsync(call, await _registry.Value.DescribeVersionAsync(call.Caller, version.Ref, call.Fields.Text("description") ?? "", call.Cancelled));
    }

    private async Task StageAsync(MlflowCall call)
    {
        var name = call.Fields.RequiredText("stage");
        var stage = ModelStages.Read(name);
        var others = call.Fields.Flag("archive_existing_versions") == true ? StageOthers.Archive : StageOthers.Keep;
        if (others == StageOthers.Archive && stage is not (VersionStage.Staging or VersionStage.Production))
        {
            throw MlflowException.Invalid(
                $"Model version transition cannot archive existing model versions because '{name}' is not an Active stage. Valid stages are ('Staging', 'Production')");
        }

        var version = await FindAsync(call);
        await AnswerAsync(call, await _registry.Value.SetStageAsync(call.Caller, version.Ref, stage, others, call.Cancelled));
    }

    private async Task DeleteAsync(MlflowCall call)
    {
        var version = await FindAsync(call);
        await _registry.Value.DeleteVersionAsync(call.Caller, version.Ref, call.Cancelled);
        await call.AnswerAsync();
    }

    public async Task SearchAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var limit = Math.Min(fields.Count("max_results", MostFound, MostWanted), MostFound);
        var page = await _search.Value.VersionsAsync(
            call.Caller, new(PromptTags.Kinds, fields.Text("filter"), fields.Texts("order_by"), limit, fields.Text("page_token")), call.Cancelled);
        await call.AnswerAsync(json =>
        {
            json.WriteEach("model_versions"u8, page.Items, ModelJson.WriteVersion);
            json.WriteText("next_page_token"u8, page.Next);
        });
    }

    private async Task DownloadUriAsync(MlflowCall call)
    {
        var version = await FindAsync(call);
        var location = ModelJson.Sourced(version)?.Location
            ?? throw new MlflowException(MlflowErrorCode.ResourceDoesNotExist, $"{version.Ref} was made by Orrery and has no folder of artifacts; download it from /api/v1/assets.");
        await call.AnswerAsync(json => json.WriteString("artifact_uri"u8, location));
    }

    private async Task SetTagAsync(MlflowCall call)
    {
        var (key, value) = RegistryTags.One(call.Fields);
        await SetTagAsync(call, key, value);
    }

    private Task DeleteTagAsync(MlflowCall call) => SetTagAsync(call, RegistryTags.Key(call.Fields), null);

    private async Task SetTagAsync(MlflowCall call, string key, string? value)
    {
        var version = await FindAsync(call);
        if (version.Kind == AssetKind.Prompt && key == PromptTags.Text && value != version.Tags.GetValueOrDefault(key))
            throw MlflowException.Invalid($"The text of {version.Ref} is what the version is and cannot change; register a new version.");
        await models.Assets.SetTagsAsync(call.Caller, version.Id, new Dictionary<string, string?> { [key] = value }, call.Cancelled);
        await call.AnswerAsync();
    }

    private Task<AssetVersion> FindAsync(MlflowCall call) =>
        models.GetVersionAsync(call.Caller, ModelNames.Model(call.Fields), ModelNames.Version(call.Fields), call.Cancelled);

    private static Task AnswerAsync(MlflowCall call, AssetVersion version) => call.AnswerAsync(json => ModelJson.WriteVersionMember(json, version));

    private static string? NotEmpty(string? text) => text is { Length: > 0 } ? text : null;
}
