using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Orrery.Kernel;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Blobs;
using Orrery.Platform.Http;

namespace Orrery.Ledger.Runs;

internal static class ArtifactEndpoints
{
    private const string Unknown = "application/octet-stream";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var artifacts = routes.MapApi("Runs", "/runs/{run}/artifacts");
        artifacts.MapGet("", ListAsync).RequireRole(Role.Viewer).WithName("ListArtifacts").WithSummary("The artifacts of a run, by path.");
        artifacts.MapGet("/{**path}", DownloadAsync).RequireRole(Role.Viewer).WithName("GetArtifact").WithSummary("The content of an artifact.");
        artifacts.MapPut("/{**path}", UploadAsync).RequireRole(Role.Editor).WithName("PutArtifact").WithMetadata(new UploadLimit())
            .Accepts<byte[]>("*/*").WithSummary("Stores the body as an artifact of the run, under its content type.");
    }

    private static async Task<Ok<IReadOnlyList<RunArtifact>>> ListAsync(HttpContext http, IRuns runs, RunId run, CancellationToken cancellationToken) =>
        TypedResults.Ok(await runs.ArtifactsAsync(http.Caller(), run, cancellationToken));

    private static async Task<FileStreamHttpResult> DownloadAsync(
        HttpContext http, IRuns runs, IBlobStore blobs, RunId run, string path, CancellationToken cancellationToken)
    {
        path = Decoded(path);
        var artifacts = await runs.ArtifactsAsync(http.Caller(), run, cancellationToken);
        var artifact = artifacts.FirstOrDefault(found => found.Path == path)
            ?? throw new NotFoundException($"Run {run} has no artifact '{path}'{(NearestName.Of(path, artifacts.Select(found => found.Path)) is { } nearest ? $"; did you mean '{nearest}'?" : ".")}");
        var content = await blobs.OpenAsync(artifact.Content.Digest, cancellationToken);
        // What a run wrote is hostile: a page or picture opened from here runs no script, has no origin, and is never taken for another type. Our own pages may frame it.
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";
        headers.XFrameOptions = "SAMEORIGIN";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentDisposition = new ContentDispositionHeaderValue("inline") { FileNameStar = path[(path.LastIndexOf('/') + 1)..] }.ToString();
        var mediaType = MediaTypeHeaderValue.TryParse(artifact.MediaType, out var parsed) ? parsed.ToString() : Unknown;
        return TypedResults.File(content, mediaType, enableRangeProcessing: true, entityTag: new($"\"{artifact.Content.Digest}\""));
    }

    private static async Task<Ok<RunArtifact>> UploadAsync(
        HttpContext http, IRuns runs, IBlobStore blobs, RunId run, string path, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        path = Decoded(path);
        LedgerNames.CheckPath(path); // before the body is taken
        await runs.GetAsync(caller, run, cancellationToken);
        var content = await blobs.PutAsync(http.Request.Body, cancellationToken);
        var artifact = new RunArtifact(path, content, MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) ? type.ToString() : Unknown);
        await runs.LogAsync(caller, run, new() { Artifacts = [artifact] }, cancellationToken);
        return TypedResults.Ok(artifact);
    }

    // Routing leaves an escaped slash as it is; a client that escapes the whole path means the same path.
    private static string Decoded(string path) => path.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>Uploads are streamed to the blob store, so they may be larger than other bodies.</summary>
    private sealed class UploadLimit : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => 4L << 30;
    }
}
