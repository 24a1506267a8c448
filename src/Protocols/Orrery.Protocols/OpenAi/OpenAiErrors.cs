using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Orrery.Kernel;

namespace Orrery.Protocols.OpenAi;

/// <summary>Refusals in OpenAI's shape: <c>{"error": {"message", "type", "param", "code"}}</c>.</summary>
internal static class OpenAiErrors
{
    public static async Task AnswerAsync(HttpContext http, Func<HttpContext, Task> handler)
    {
        try
        {
            await handler(http);
        }
        catch (OrreryException refusal) when (!http.Response.HasStarted)
        {
            await WriteAsync(http, refusal);
        }
        catch (BadHttpRequestException bad) when (!http.Response.HasStarted)
        {
            http.Response.StatusCode = bad.StatusCode;
            await WriteAsync(http, new InvalidException(bad.Message), bad.StatusCode);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client left; nobody reads an answer.
        }
    }

    /// <summary>The status and the body of a refusal.</summary>
    public static (int Status, JsonObject Body) Body(OrreryException refusal)
    {
        var (status, type, code) = refusal.Code switch
        {
            ErrorCode.Invalid => (400, "invalid_request_error", null),
            ErrorCode.Unauthenticated => (401, "invalid_request_error", "invalid_api_key"),
            ErrorCode.Forbidden => (403, "invalid_request_error", "insufficient_permissions"),
            ErrorCode.NotFound => (404, "invalid_request_error", "model_not_found"),
            ErrorCode.Conflict or ErrorCode.PreconditionFailed => (409, "invalid_request_error", null),
            ErrorCode.QuotaExceeded => (429, "insufficient_quota", "insufficient_quota"),
            ErrorCode.Unavailable => (503, "server_error", null),
            _ => (500, "server_error", (string?)null),
        };
        var param = refusal is InvalidException { Errors.Count: > 0 } invalid ? invalid.Errors.Keys.First() : null;
        return (status, new JsonObject { ["error"] = new JsonObject { ["message"] = refusal.Message, ["type"] = type, ["param"] = param, ["code"] = code } });
    }

    internal static async Task WriteAsync(HttpContext http, OrreryException refusal, int? status = null)
    {
        var (usual, body) = Body(refusal);
        http.Response.StatusCode = status ?? usual;
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(OpenAiBody.Write(body), http.RequestAborted);
    }
}
