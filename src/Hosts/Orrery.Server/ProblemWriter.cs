using Microsoft.AspNetCore.Diagnostics;
using Orrery.Kernel;
using Orrery.Platform.Http;

namespace Orrery.Server;

/// <summary>Answers what a handler threw with a problem document; the one place of the native API where exceptions become responses.</summary>
internal sealed partial class ProblemWriter(ILogger<ProblemWriter> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
            return true;
        var error = exception is BadHttpRequestException bad ? new InvalidException(bad.Message, bad) : exception;
        var problem = Problems.Of(error);
        problem.Extensions["traceId"] = System.Diagnostics.Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
        if (problem.Status >= StatusCodes.Status500InternalServerError && error is not OrreryException)
            Log.Failed(log, exception, context.Request.Method, context.Request.Path);
        context.Response.StatusCode = problem.Status!.Value;
        await context.Response.WriteAsJsonAsync(problem, options: null, contentType: "application/problem+json", cancellationToken);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed")]
        public static partial void Failed(ILogger log, Exception exception, string method, string path);
    }
}
