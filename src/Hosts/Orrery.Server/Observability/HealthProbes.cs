using Orrery.Platform.Relational;

namespace Orrery.Server.Observability;

/// <summary>
/// <c>GET /healthz</c> and <c>/livez</c> answer as long as the process lives; <c>GET /readyz</c> once the server can do its work: the database answers and its schema is
/// current. They stand before routing, because the first request that is routed waits for all routes to be built (docs/decisions/0004-what-a-start-may-do.md).
/// </summary>
internal sealed partial class HealthProbes(RequestDelegate next, IDatabase database, ILogger<HealthProbes> log)
{
    public Task InvokeAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/healthz" or "/livez" when IsRead(context.Request) => context.Response.WriteAsync("healthz check passed", context.RequestAborted),
        "/readyz" when IsRead(context.Request) => AnswerReadinessAsync(context),
        _ => next(context),
    };

    private static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    private async Task AnswerReadinessAsync(HttpContext context)
    {
        try
        {
            await database.PingAsync(context.RequestAborted);
        }
        catch (Exception error) when (!context.RequestAborted.IsCancellationRequested)
        {
            NotReady(log, error);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsync("the database does not answer", context.RequestAborted);
            return;
        }

        await context.Response.WriteAsync("all shards are ready", context.RequestAborted);
    }

    [LoggerMessage(LogLevel.Error, "The server is not ready: its database does not answer")]
    private static partial void NotReady(ILogger log, Exception error);
}
