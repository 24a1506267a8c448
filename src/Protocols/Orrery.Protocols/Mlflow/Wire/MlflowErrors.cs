using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orrery.Kernel;

namespace Orrery.Protocols.Mlflow.Wire;

/// <summary>Errors in MLflow's shape: a status, and <c>{"error_code": "…", "message": "…"}</c>. The one place of this wire where exceptions become answers.</summary>
internal static partial class MlflowErrors
{
    /// <summary>Runs a handler and answers what it throws.</summary>
    public static async Task AnswerAsync(HttpContext context, Func<Task> handler)
    {
        try
        {
            await handler();
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

    /// <summary>What a client is told of an error; what is no refusal is logged, and told without its reason.</summary>
    public static (MlflowErrorCode Code, string Message) Explain(HttpContext context, Exception error)
    {
        var (code, message) = error switch
        {
            MlflowException refusal => (refusal.Code, refusal.Message),
            OrreryException refusal => (MlflowErrorCode.Of(refusal.Code), refusal.Message),
            BadHttpRequestException bad => (MlflowErrorCode.InvalidParameterValue with { Status = bad.StatusCode }, bad.Message),
            _ => (MlflowErrorCode.InternalError, "Orrery failed to do this. The server's log has the reason."),
        };
        if (code == MlflowErrorCode.InternalError && error is not MlflowException)
            Failed(context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(MlflowErrors)), context.Request.Method, context.Request.Path, error);
        return (code, message);
    }

    private static Task WriteAsync(HttpContext context, Exception error)
    {
        var (code, message) = Explain(context, error);
        context.Response.Clear();
        context.Response.StatusCode = code.Status;
        return MlflowJson.WriteAsync(context, json =>
        {
            json.WriteString("error_code"u8, code.Name);
            json.WriteString("message"u8, message);
        });
    }

    [LoggerMessage(LogLevel.Error, "The MLflow request {Method} {Path} failed.")]
    private static partial void Failed(ILogger logger, string method, string path, Exception error);
}
