using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger.LoggedModels;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Models;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Artifacts;

/// <summary>Artifacts by the run or the model version that they belong to: what MLflow's pages and some of its clients ask for.</summary>
internal sealed class RunArtifactEndpoints(IServiceProvider services, RegisteredModels models, ArtifactUris uris, ArtifactFolders folders)
{
    private const int MaxUploadBytes = 10 << 20; // MLflow's own bound of this route

    private readonly Lazy<ILoggedModels> _logged = new(services.GetRequiredService<ILoggedModels>);
    private readonly ArtifactContent _content = new(services);

    public void Map(MlflowRoutes routes)
    {
        routes.Get("/artifacts/list", Role.Viewer, ListAsync)
            .Get("/logged-models/{model}/artifacts/directories", Role.Viewer, ListOfModelAsync);
        var host = routes.Host;
        host.MapGet("/get-artifact", context => MlflowErrors.AnswerAsync(context, () => OfRunAsync(context))).RequireRole(Role.Viewer).ExcludeFromDescription();
        host.MapGet("/model-versions/get-artifact", context => MlflowErrors.AnswerAsync(context, () => OfVersionAsync(context))).RequireRole(Role.Viewer).ExcludeFromDescription();
        host.MapGet("/ajax-api/2.0/mlflow/logged-models/{model}/artifacts/files", context => MlflowErrors.AnswerAsync(context, () => OfModelAsync(context)))
            .RequireRole(Role.Viewer).ExcludeFromDescription();
        host.MapPost("/ajax-api/2.0/mlflow/upload-artifact", context => MlflowErrors.AnswerAsync(context, () => UploadAsync(context))).RequireRole(Role.Editor).ExcludeFromDescription();
    }

    public async Task ListAsync(MlflowCall call)
    {
        var run = await RunAsync(call.Caller, call.Fields.RunId(), call.Cancelled);
        await ListAsync(call, run.ArtifactUri, call.Fields.Text("path"));
    }

    private async Task ListOfModelAsync(MlflowCall call)
    {
        var model = await _logged.Value.GetAsync(call.Caller, call.Route("model"), call.Cancelled);
        await ListAsync(call, model.ArtifactUri, call.Fields.Text("artifact_directory_path"));
    }

    private async Task ListAsync(MlflowCall call, string root, string? below)
    {
        var path = below is { Length: > 0 } ? SafePath.Read(below.TrimEnd('/')) : "";
        var entries = await folders.Get(root).ListAsync(call.Caller, path, call.Cancelled);
        await call.AnswerAsync(json =>
        {
            json.WriteString("root_uri"u8, root);
            ArtifactJson.WriteFiles(json, entries, path);
        });
    }

    private async Task OfModelAsync(HttpContext http)
    {
        var path = SafePath.Read(Parameter(http, "artifact_file_path"));
        var model = await _logged.Value.GetAsync(http.Caller(), (string)http.GetRouteValue("model")!, http.RequestAborted);
        await folders.Get(model.ArtifactUri).AnswerAsync(http, path);
    }

    private async Task OfRunAsync(HttpContext http)
    {
        var path = SafePath.Read(http.Request.Query["path"]);
        var run = await RunAsync(http.Caller(), Parameter(http, "run_id", "run_uuid"), http.RequestAborted);
        await folders.Get(run.ArtifactUri).AnswerAsync(http, path);
    }

    private async Task OfVersionAsync(HttpContext http)
    {
        var path = SafePath.Read(http.Request.Query["path"]);
        var number = ModelNames.Version(Parameter(http, "version")) ?? throw MlflowException.Invalid("Parameter 'version' must be an integer.");
        var version = await models.GetVersionAsync(http.Caller(), Parameter(http, "name"), number, http.RequestAborted);
        // What was pinned when the version was registered is what the version is, whatever lies there now.
        if (ModelJson.Sourced(version) is not { } sourced)
            throw ArtifactFolders.Elsewhere($"{version.Ref} was made by Orrery and has no folder of artifacts");
        if (sourced.Files?.TryGetValue(path, out var digest) == true)
        {
            await _content.AnswerAsync(http, path, digest);
            return;
        }

        var folder = await uris.FolderAsync(http.Caller(), sourced.Location, http.RequestAborted) is { } inTree ? folders.Tree(inTree) : folders.Find(sourced.Location);
        await (folder ?? throw ArtifactFolders.Elsewhere($"The files of {version.Ref} are at {sourced.Location}")).AnswerAsync(http, path);
    }

    private async Task UploadAsync(HttpContext http)
    {
        var id = Parameter(http, "run_uuid");
        var path = SafePath.Read(Parameter(http, "path"));
        if (http.Request.ContentLength > MaxUploadBytes)
            throw TooLarge();
        var run = await RunAsync(http.Caller(), id, http.RequestAborted);
        await using var bounded = new BoundedStream(http.Request.Body, MaxUploadBytes, TooLarge);
        if (await folders.Get(run.ArtifactUri).PutAsync(http.Caller(), path, bounded, http.RequestAborted) == 0)
            throw MlflowException.Invalid("Request must specify data.");
        http.Response.ContentType = "application/json";
    }

    private async Task<Run> RunAsync(Caller caller, string id, CancellationToken cancellationToken) => await uris.FindRunAsync(caller, id, cancellationToken)
        ?? throw new MlflowException(MlflowErrorCode.ResourceDoesNotExist, $"Run with id={id} not found");

    private static string Parameter(HttpContext http, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (http.Request.Query[name] is [{ Length: > 0 } value])
                return value;
        }

        throw MlflowException.Invalid($"Request must specify {names[^1]}.");
    }

    private static MlflowException TooLarge() => MlflowException.Invalid("Artifact size is too large. Max size is 10MB.");
}
