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
        if (error is OrreryException { Code: ErrorCode.Unauthenticated } && ToSignIn(context))
            return true;
        var problem = Problems.Of(error);
        problem.Extensions["traceId"] = System.Diagnostics.Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
        if (problem.Status >= StatusCodes.Status500InternalServerError && error is not OrreryException)
            Log.Failed(log, exception, context.Request.Method, context.Request.Path);
        context.Response.StatusCode = problem.Status!.Value;
        await context.Response.WriteAsJsonAsync(problem, options: null, contentType: "application/problem+json", cancellationToken);
        return true;
    }

    /// <summary>A browser is sent to the page where it can sign in; others learn how.</summary>
    private static bool ToSignIn(HttpContext context)
    {
        var request = context.Request;
        context.Response.Headers.WWWAuthenticate = "Bearer";
        if (!HttpMethods.IsGet(request.Method) || !request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase))
            return false;
        context.Response.Redirect($"/login?returnUrl={Uri.EscapeDataString(request.Path + request.QueryString)}");
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed")]
        public static partial void Failed(ILogger log, Exception exception, string method, string path);
    }
}
