using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Orrery.Kernel;

namespace Orrery.Platform.Http;

/// <summary>Turns refusals into RFC 9457 problem details: the one mapper of the native API. Other wires have their own shapes.</summary>
public static class Problems
{
    /// <summary>The HTTP status of an error code.</summary>
    public static int Status(ErrorCode code) => code switch
    {
        ErrorCode.Invalid => StatusCodes.Status400BadRequest,
        ErrorCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        ErrorCode.Forbidden => StatusCodes.Status403Forbidden,
        ErrorCode.NotFound => StatusCodes.Status404NotFound,
        ErrorCode.Conflict => StatusCodes.Status409Conflict,
        ErrorCode.PreconditionFailed => StatusCodes.Status412PreconditionFailed,
        ErrorCode.QuotaExceeded => StatusCodes.Status429TooManyRequests,
        ErrorCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>The problem document for a refusal; anything else than a refusal tells the caller nothing but that it failed.</summary>
    public static ProblemDetails Of(Exception error)
    {
        if (error is not OrreryException refusal)
            return new() { Status = 500, Title = "Internal", Detail = "Orrery failed to do this. The server's log has the reason under this trace." };
        var problem = new ProblemDetails { Status = Status(refusal.Code), Title = refusal.Code.ToString(), Detail = refusal.Message };
        if (refusal is InvalidException { Errors.Count: > 0 } invalid)
            problem.Extensions["errors"] = invalid.Errors;
        return problem;
    }
}
