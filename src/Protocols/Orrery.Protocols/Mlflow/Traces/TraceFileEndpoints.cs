using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Kernel;
using Orrery.Ledger.Artifacts;
using Orrery.Ledger.Traces;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Artifacts;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Traces;

/// <summary>The spans of a trace as the file that MLflow's pages and clients before 3.6 read.</summary>
internal sealed class TraceFileEndpoints(IServiceProvider services)
{
    private const string FileName = "traces.json";

    private readonly Lazy<ITraces> _traces = new(services.GetRequiredService<ITraces>);
    private readonly Lazy<IArtifactTree> _tree = new(services.GetRequiredService<IArtifactTree>);
    private readonly ArtifactContent _content = new(services);

    public void Map(MlflowRoutes routes) => routes.Get("/get-trace-artifact", Role.Viewer, AnswerAsync).Get("/get-trace-artifact", Role.Viewer, AnswerAsync, 3);

    private async Task AnswerAsync(MlflowCall call)
    {
        var trace = await _traces.Value.GetAsync(call.Caller, call.Fields.RequiredText("request_id"), call.Cancelled);
        if (trace.Spans > 0)
            await WriteAsync(call.Http, trace, await _traces.Value.SpansAsync(call.Caller, trace.Id, call.Cancelled));
        else if (ArtifactUris.Folder(trace.ArtifactUri) is { } folder && await FindAsync(call.Caller, $"{folder}/{FileName}", call.Cancelled) is { } digest)
            await _content.AnswerAsync(call.Http, FileName, digest);
        else
            throw new MlflowException(MlflowErrorCode.ResourceDoesNotExist, $"Trace data of '{trace.Id}' not found: no spans came, and there is no {FileName} at {trace.ArtifactUri} that this server keeps.");
    }

    private async Task<Digest?> FindAsync(Caller caller, string path, CancellationToken cancellationToken)
    {
        try
        {
            return (await _tree.Value.GetAsync(caller, path, cancellationToken)).Content.Digest;
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    private static Task WriteAsync(HttpContext http, Trace trace, IReadOnlyList<Ledger.Traces.Spans.TraceSpan> spans)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            TraceFileJson.Write(json, trace.Id, spans);
            json.WriteEndObject();
        }

        http.Response.ContentType = "application/octet-stream";
        http.Response.Headers.ContentDisposition = $"attachment; filename={FileName}";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.ContentLength = body.WrittenCount;
        return http.Response.Body.WriteAsync(body.WrittenMemory, http.RequestAborted).AsTask();
    }
}
