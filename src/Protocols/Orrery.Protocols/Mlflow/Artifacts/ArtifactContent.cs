using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Orrery.Kernel;
using Orrery.Platform.Blobs;

namespace Orrery.Protocols.Mlflow.Artifacts;

/// <summary>Answers with the content of an artifact, streamed; ranges and conditional requests are served from its digest.</summary>
internal sealed class ArtifactContent(IServiceProvider services)
{
    private readonly Lazy<IBlobStore> _blobs = new(services.GetRequiredService<IBlobStore>);

    public async Task AnswerAsync(HttpContext http, string path, Digest digest)
    {
        var content = await _blobs.Value.OpenAsync(digest, http.RequestAborted);
        SaveNotShow(http.Response, path);
        await TypedResults.File(content, ArtifactMediaTypes.Of(path), enableRangeProcessing: true, entityTag: new($"\"{digest}\"")).ExecuteAsync(http);
    }

    /// <summary>What a run wrote is hostile: it is saved and never shown, so that a page among the artifacts runs no script at this origin.</summary>
    public static void SaveNotShow(HttpResponse response, string path)
    {
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(path[(path.LastIndexOf('/') + 1)..]);
        response.Headers.ContentDisposition = disposition.ToString();
        response.Headers.XContentTypeOptions = "nosniff";
    }
}
