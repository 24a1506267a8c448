using System.Buffers;
using System.Text.Json;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Orrery.Kernel;
using Orrery.Ledger.Traces;
using Orrery.Ledger.Traces.Spans;
using Orrery.Platform.Access;
using Orrery.Protocols.Otlp.Messages;

namespace Orrery.Protocols.Otlp;

/// <summary>
/// <c>POST /v1/traces</c>: OpenTelemetry's exporters over HTTP, in protobuf and JSON (opentelemetry.io/docs/specs/otlp/#otlphttp). What can be kept is
/// kept; of the rest the answer says how many and why.
/// </summary>
internal sealed partial class OtlpEndpoints(IServiceProvider services)
{
    private const string Protobuf = "application/x-protobuf";
    private const string Json = "application/json";

    private readonly Lazy<ITraces> _traces = new(services.GetRequiredService<ITraces>);

    public static void Map(IEndpointRouteBuilder host) =>
        host.MapPost("/v1/traces", new OtlpEndpoints(host.ServiceProvider).AnswerAsync).RequireRole(Role.Editor).ExcludeFromDescription();

    private async Task AnswerAsync(HttpContext http)
    {
        var json = MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) && type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase);
        try
        {
            if (!json && type?.MediaType.Equals(Protobuf, StringComparison.OrdinalIgnoreCase) != true)
                throw new BadHttpRequestException($"Content-Type is '{http.Request.ContentType}'; expected {Protobuf} or {Json}.", StatusCodes.Status415UnsupportedMediaType);
            var folder = OtlpFolder.Read(http.Request.Headers[OtlpFolder.Header]);
            var body = await OtlpBody.ReadAsync(http.Request, http.RequestAborted);
            var receipt = await _traces.Value.LogAsync(http.Caller(), folder, json ? OtlpJson.Read(body) : OtlpProtobuf.Read(body.Span), http.RequestAborted);
            await WriteAsync(http, StatusCodes.Status200OK, json, Accepted(receipt), writer => WritePartial(writer, receipt));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to hear.
        }
        catch (Exception error) when (!http.Response.HasStarted)
        {
            await RefuseAsync(http, json, error);
        }
    }

    private static async Task RefuseAsync(HttpContext http, bool json, Exception error)
    {
        var (status, message) = error switch
        {
            OrreryException refusal => (Status(refusal.Code), refusal.Message),
            BadHttpRequestException bad => (bad.StatusCode, bad.Message),
            _ => (StatusCodes.Status500InternalServerError, "Orrery failed to keep these spans. The server's log has the reason."),
        };
        if (status == StatusCodes.Status500InternalServerError)
            Failed(http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger<OtlpEndpoints>(), error);
        await WriteAsync(http, status, json, new RpcStatus { Message = message }, writer => writer.WriteString("message", message));
    }

    // Only 429, 502, 503 and 504 are tried again; all else is dropped by exporters.
    private static int Status(ErrorCode code) => code switch
    {
        ErrorCode.NotFound => StatusCodes.Status404NotFound,
        ErrorCode.QuotaExceeded => StatusCodes.Status413PayloadTooLarge,
        ErrorCode.Unavailable or ErrorCode.Conflict => StatusCodes.Status503ServiceUnavailable,
        ErrorCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        ErrorCode.Forbidden => StatusCodes.Status403Forbidden,
        ErrorCode.Internal => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status400BadRequest,
    };

    internal static ExportTraceServiceResponse Accepted(SpanReceipt receipt) => receipt.Rejected == 0
        ? new()
        : new() { PartialSuccess = new() { RejectedSpans = receipt.Rejected, ErrorMessage = receipt.Reason } };

    private static void WritePartial(Utf8JsonWriter json, SpanReceipt receipt)
    {
        if (receipt.Rejected == 0)
            return;
        json.WriteStartObject("partialSuccess");
        json.WriteString("rejectedSpans", receipt.Rejected.ToString(System.Globalization.CultureInfo.InvariantCulture)); // 64 bits are text in proto3 JSON
        json.WriteString("errorMessage", receipt.Reason);
        json.WriteEndObject();
    }

    private static Task WriteAsync(HttpContext http, int status, bool json, IMessage message, Action<Utf8JsonWriter> fields)
    {
        var body = message.ToByteArray();
        if (json)
        {
            var buffer = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                writer.WriteStartObject();
                fields(writer);
                writer.WriteEndObject();
            }

            body = buffer.WrittenSpan.ToArray();
        }

        http.Response.StatusCode = status;
        http.Response.ContentType = json ? Json : Protobuf;
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }

    [LoggerMessage(LogLevel.Error, "An export of spans failed.")]
    private static partial void Failed(ILogger logger, Exception error);
}
