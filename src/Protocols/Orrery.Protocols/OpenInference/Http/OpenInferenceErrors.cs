using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orrery.Kernel;
using Orrery.Platform.Http;

namespace Orrery.Protocols.OpenInference.Http;

/// <summary>Errors in the protocol's shape: a status, and <c>{"error": "…"}</c>.</summary>
internal static partial class OpenInferenceErrors
{
    /// <summary>Runs a handler and answers what it throws.</summary>
    public static async Task AnswerAsync(HttpContext context, Func<HttpContext, Task> handler)
    {
        try
        {
            await handler(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to hear.
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, error);
        }
    }

    private static async Task WriteAsync(HttpContext context, Exception error)
    {
        var (status, message) = error switch
        {
            OrreryException refusal => (Problems.Status(refusal.Code), refusal.Message),
            BadHttpRequestException bad => (bad.StatusCode, bad.Message),
            _ => (StatusCodes.Status500InternalServerError, "Orrery failed to answer. The server's log has the reason."),
        };
        if (status >= StatusCodes.Status500InternalServerError && error is not UnavailableException)
            Failed(context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(OpenInferenceErrors)), context.Request.Path, error);
        context.Response.Clear();
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("error"u8, message);
            json.WriteEndObject();
        }

        context.Response.ContentLength = body.WrittenCount;
        await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }

    [LoggerMessage(LogLevel.Error, "The inference request to {Path} failed.")]
    private static partial void Failed(ILogger logger, string path, Exception error);
}
