using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Orrery.Data.Datasets.Storage;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Blobs;
using Orrery.Platform.Http;

namespace Orrery.Data.Ingestion;

internal static class IngestionEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapApi("Sources");
        // The body is streamed to disk and counted there, so Kestrel's own limit of 30 MB is lifted.
        api.MapPost("/sources/{name}/ingest", IngestAsync).RequireRole(Role.Editor).WithName("IngestFile")
            .WithSummary("Ingests the request's body, a file as the source declares it.").WithMetadata(new DisableRequestSizeLimitAttribute())
            .Accepts<Stream>("application/octet-stream", "text/csv", "application/json", "application/x-ndjson", DatasetDownloadType);
        api.MapPost("/uploads", UploadAsync).RequireRole(Role.Editor).WithName("UploadFile")
            .WithSummary("Keeps the request's body as content, for a pipeline step to ingest by its digest.").WithMetadata(new DisableRequestSizeLimitAttribute())
            .Accepts<Stream>("application/octet-stream");
        api.MapGet("/runs/{id}/quarantine", QuarantineAsync).RequireRole(Role.Viewer).WithName("ListQuarantine")
            .WithSummary("The rows that a run put into quarantine, each with line, column, value and reason, page by page.");
    }

    private const string DatasetDownloadType = Datasets.DatasetDownload.MediaType;

    private static async Task<Results<Ok<IngestResult>, ProblemHttpResult>> IngestAsync(
        string name, Stream body, HttpContext http, IIngestion ingestion, CancellationToken cancellationToken, string fileName = "upload", IngestMode mode = IngestMode.Append)
    {
        if (!AssetRef.IsName(name))
            throw new NotFoundException($"No source can be called '{name}'.");
        var result = await ingestion.IngestAsync(http.Caller(), new(name, fileName, mode), body, cancellationToken);
        if (result.Outcome != IngestOutcome.Refused)
            return TypedResults.Ok(result);
        var problem = Problems.Of(IngestRefusal.Of(result));
        problem.Extensions["result"] = result;
        return TypedResults.Problem(problem);
    }

    private static async Task<Blob> UploadAsync(Stream body, IBlobStore blobs, IOptions<DataOptions> options, CancellationToken cancellationToken)
    {
        using var scratch = new ScratchFolder(blobs.ScratchFolder);
        var upload = await Upload.ReceiveAsync(body, scratch.File("upload"), options.Value.MaxUploadBytes, cancellationToken);
        return await blobs.PutFileAsync(upload.Path, cancellationToken);
    }

    private static async Task<Page<QuarantinedRow>> QuarantineAsync(
        string id, HttpContext http, IIngestion ingestion, [AsParameters] PageQuery page, CancellationToken cancellationToken) =>
        RunId.TryParse(id, out var run)
            ? await ingestion.QuarantineAsync(http.Caller(), run, page.ToRequest(), cancellationToken)
            : throw new NotFoundException($"'{id}' is no run; a run is written as 32 hexadecimal digits.");
}
