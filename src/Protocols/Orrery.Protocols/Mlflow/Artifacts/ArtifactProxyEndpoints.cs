using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger.Artifacts;
using Orrery.Platform.Access;
using Orrery.Platform.Blobs;
using Orrery.Protocols.Mlflow.Traces;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Artifacts;

/// <summary>
/// MLflow's artifact proxy: clients whose runs keep artifacts at <c>mlflow-artifacts:/…</c> send them here. Source: mlflow/protos/mlflow_artifacts.proto (3.5).
/// </summary>
internal sealed class ArtifactProxyEndpoints(IServiceProvider services, TraceFiles traceFiles)
{
    private readonly Lazy<IArtifactTree> _tree = new(services.GetRequiredService<IArtifactTree>);
    private readonly Lazy<IArtifactUploads> _uploads = new(services.GetRequiredService<IArtifactUploads>);
    private readonly Lazy<IBlobStore> _blobs = new(services.GetRequiredService<IBlobStore>);
    private readonly ArtifactContent _content = new(services);

    public void Map(IEndpointRouteBuilder host)
    {
        foreach (var prefix in (string[])["/api/2.0/mlflow-artifacts", "/ajax-api/2.0/mlflow-artifacts"])
        {
            var proxy = host.MapGroup(prefix).ExcludeFromDescription();
            proxy.MapGet("/artifacts", context => MlflowRoutes.AnswerAsync(context, ListAsync)).RequireRole(Role.Viewer);
            proxy.MapGet("/artifacts/{**path}", context => MlflowErrors.AnswerAsync(context, () => DownloadAsync(context))).RequireRole(Role.Viewer);
            proxy.MapPut("/artifacts/{**path}", context => MlflowErrors.AnswerAsync(context, () => UploadAsync(context))).RequireRole(Role.Editor).WithMetadata(new UploadLimit());
            proxy.MapDelete("/artifacts/{**path}", context => MlflowErrors.AnswerAsync(context, () => DeleteAsync(context))).RequireRole(Role.Editor);
            proxy.MapPost("/mpu/create/{**path}", context => MlflowRoutes.AnswerAsync(context, BeginAsync)).RequireRole(Role.Editor);
            proxy.MapPut("/mpu/parts/{upload}/{number:int}", context => MlflowErrors.AnswerAsync(context, () => PartAsync(context))).RequireRole(Role.Editor)
                .WithMetadata(new UploadLimit());
            proxy.MapPost("/mpu/complete/{**path}", context => MlflowRoutes.AnswerAsync(context, CompleteAsync)).RequireRole(Role.Editor);
            proxy.MapPost("/mpu/abort/{**path}", context => MlflowRoutes.AnswerAsync(context, AbortAsync)).RequireRole(Role.Editor);
        }
    }

    private async Task ListAsync(MlflowCall call)
    {
        var folder = call.Fields.Text("path") is { Length: > 0 } path ? SafePath.Read(path.TrimEnd('/')) : "";
        var entries = await _tree.Value.ListAsync(call.Caller, folder, call.Cancelled);
        await call.AnswerAsync(json => ArtifactJson.WriteFiles(json, entries, ""));
    }

    private async Task DownloadAsync(HttpContext http)
    {
        var path = SafePath.OfRoute(http);
        if (await traceFiles.FindAsync(http.Caller(), path, http.RequestAborted) is var (trace, spans))
        {
            await TraceFileEndpoints.WriteAsync(http, trace, spans);
            return;
        }

        var file = await _tree.Value.GetAsync(http.Caller(), path, http.RequestAborted);
        await _content.AnswerAsync(http, file.Path, file.Content.Digest);
    }

    private async Task UploadAsync(HttpContext http)
    {
        var path = SafePath.OfRoute(http); // before the body is taken
        var content = await _blobs.Value.PutAsync(http.Request.Body, http.RequestAborted);
        await _tree.Value.PutAsync(http.Caller(), new(path, content, ArtifactMediaTypes.Of(path)), http.RequestAborted);
        await traceFiles.UploadedAsync(http.Caller(), path, content, http.RequestAborted);
        await MlflowJson.WriteAsync(http, static _ => { });
    }

    private async Task DeleteAsync(HttpContext http)
    {
        await _tree.Value.DeleteAsync(http.Caller(), SafePath.OfRoute(http), http.RequestAborted);
        await MlflowJson.WriteAsync(http, static _ => { });
    }

    private async Task BeginAsync(MlflowCall call)
    {
        var path = Target(call);
        var parts = (int)Math.Clamp(call.Fields.Int64("num_parts") ?? 1, int.MinValue, int.MaxValue);
        var upload = _uploads.Value.Begin(call.Caller, path, parts);
        var request = call.Http.Request;
        var authorization = request.Headers.Authorization.ToString();
        await call.AnswerAsync(json =>
        {
            json.WriteString("upload_id"u8, upload);
            json.WriteEach("credentials"u8, Enumerable.Range(1, parts), (json, number) =>
            {
                json.WriteString("url"u8, $"{request.Scheme}://{request.Host}/api/2.0/mlflow-artifacts/mpu/parts/{upload}/{number}");
                json.WriteNumber("part_number"u8, number);
                // Clients send parts without what they sign in with; it comes back to who sent it.
                json.WriteStartObject("headers"u8);
                if (authorization.Length > 0)
                    json.WriteString("Authorization"u8, authorization);
                json.WriteEndObject();
            });
        });
    }

    private async Task PartAsync(HttpContext http)
    {
        var number = int.Parse((string)http.GetRouteValue("number")!, System.Globalization.CultureInfo.InvariantCulture);
        var tag = await _uploads.Value.PutPartAsync(http.Caller(), (string)http.GetRouteValue("upload")!, number, http.Request.Body, http.RequestAborted);
        http.Response.Headers.ETag = $"\"{tag}\"";
    }

    private async Task CompleteAsync(MlflowCall call)
    {
        var path = Target(call);
        var parts = call.Fields.Messages("parts").Select(part => new UploadedPart((int)Math.Clamp(part.RequiredInt64("part_number"), 0, int.MaxValue), part.RequiredText("etag"))).ToList();
        await _uploads.Value.CompleteAsync(call.Caller, call.Fields.RequiredText("upload_id"), path, parts, ArtifactMediaTypes.Of(path), call.Cancelled);
        await call.AnswerAsync();
    }

    private async Task AbortAsync(MlflowCall call)
    {
        _uploads.Value.Abort(call.Caller, call.Fields.RequiredText("upload_id"), Target(call));
        await call.AnswerAsync();
    }

    // The route names the folder, and the body the file on the client's side, whose name it keeps.
    private static string Target(MlflowCall call)
    {
        var file = call.Fields.RequiredText("path");
        return SafePath.Read($"{SafePath.OfRoute(call.Http)}/{file[(file.LastIndexOfAny(['/', '\\']) + 1)..]}");
    }

    /// <summary>Uploads are streamed to the blob store, so they may be larger than other bodies.</summary>
    private sealed class UploadLimit : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => 1L << 40;
    }
}
