using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger.Traces;
using Orrery.Ledger.Traces.Spans;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Traces;

/// <summary>The spans of a trace as the file that MLflow's pages and clients before 3.6 read.</summary>
internal sealed class TraceFileEndpoints(IServiceProvider services, TraceFiles files)
{
    private readonly Lazy<ITraces> _traces = new(services.GetRequiredService<ITraces>);

    public void Map(MlflowRoutes routes) => routes.Get("/get-trace-artifact", Role.Viewer, AnswerAsync).Get("/get-trace-artifact", Role.Viewer, AnswerAsync, 3);

    private async Task AnswerAsync(MlflowCall call)
    {
        var trace = await _traces.Value.GetAsync(call.Caller, call.Fields.RequiredText("request_id"), call.Cancelled);
        var spans = await files.SpansAsync(call.Caller, trace, call.Cancelled);
        if (spans.Count == 0)
            throw new MlflowException(MlflowErrorCode.ResourceDoesNotExist, $"Trace data of '{trace.Id}' not found: no spans came, and there is no {TraceFile.Name} at {trace.ArtifactUri} that this server can read.");
        await WriteAsync(call.Http, trace.Id, spans);
    }

    /// <summary>Answers with spans as that file.</summary>
    public static Task WriteAsync(HttpContext http, string trace, IReadOnlyList<TraceSpan> spans)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            TraceFileJson.Write(json, trace, spans);
            json.WriteEndObject();
        }

        http.Response.ContentType = "application/octet-stream";
        http.Response.Headers.ContentDisposition = $"attachment; filename={TraceFile.Name}";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.ContentLength = body.WrittenCount;
        return http.Response.Body.WriteAsync(body.WrittenMemory, http.RequestAborted).AsTask();
    }
}
