using Microsoft.AspNetCore.Http;
using Orrery.Kernel;

namespace Orrery.Protocols.Mlflow.Wire;

/// <summary>MLflow's name of a kind of failure, with the HTTP status that goes with it. Source: mlflow/protos/databricks.proto, mlflow/exceptions.py (3.5).</summary>
internal readonly record struct MlflowErrorCode(string Name, int Status)
{
    public static readonly MlflowErrorCode InvalidParameterValue = new("INVALID_PARAMETER_VALUE", StatusCodes.Status400BadRequest);
    public static readonly MlflowErrorCode ResourceAlreadyExists = new("RESOURCE_ALREADY_EXISTS", StatusCodes.Status400BadRequest);
    public static readonly MlflowErrorCode ResourceDoesNotExist = new("RESOURCE_DOES_NOT_EXIST", StatusCodes.Status404NotFound);
    public static readonly MlflowErrorCode ResourceConflict = new("RESOURCE_CONFLICT", StatusCodes.Status409Conflict);
    public static readonly MlflowErrorCode EndpointNotFound = new("ENDPOINT_NOT_FOUND", StatusCodes.Status404NotFound);
    public static readonly MlflowErrorCode PermissionDenied = new("PERMISSION_DENIED", StatusCodes.Status403Forbidden);
    public static readonly MlflowErrorCode Unauthenticated = new("UNAUTHENTICATED", StatusCodes.Status401Unauthorized);
    public static readonly MlflowErrorCode RequestLimitExceeded = new("REQUEST_LIMIT_EXCEEDED", StatusCodes.Status429TooManyRequests);
    public static readonly MlflowErrorCode InvalidState = new("INVALID_STATE", StatusCodes.Status500InternalServerError);
    public static readonly MlflowErrorCode InternalError = new("INTERNAL_ERROR", StatusCodes.Status500InternalServerError);
    public static readonly MlflowErrorCode NotImplemented = new("NOT_IMPLEMENTED", StatusCodes.Status501NotImplemented);
    public static readonly MlflowErrorCode TemporarilyUnavailable = new("TEMPORARILY_UNAVAILABLE", StatusCodes.Status503ServiceUnavailable);

    /// <summary>The code of a refusal where the wire says nothing more of it.</summary>
    public static MlflowErrorCode Of(ErrorCode code) => code switch
    {
        ErrorCode.Invalid or ErrorCode.PreconditionFailed => InvalidParameterValue,
        ErrorCode.Unauthenticated => Unauthenticated,
        ErrorCode.Forbidden => PermissionDenied,
        ErrorCode.NotFound => ResourceDoesNotExist,
        ErrorCode.Conflict => ResourceAlreadyExists,
        ErrorCode.QuotaExceeded => RequestLimitExceeded,
        ErrorCode.Unavailable => TemporarilyUnavailable,
        _ => InternalError,
    };
}

/// <summary>A refusal that only this wire knows: a request it cannot read, or a refusal of the Ledger that MLflow calls by another code.</summary>
internal sealed class MlflowException(MlflowErrorCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    public MlflowErrorCode Code { get; } = code;

    /// <summary>What most refusals of this wire are.</summary>
    public static MlflowException Invalid(string message) => new(MlflowErrorCode.InvalidParameterValue, message);
}
