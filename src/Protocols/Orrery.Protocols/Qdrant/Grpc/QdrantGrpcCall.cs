using System.Diagnostics;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orrery.Platform.Access;

namespace Orrery.Protocols.Qdrant.Grpc;

/// <summary>A call: who sends it, how long it took, and its refusal as a status of gRPC.</summary>
internal sealed partial class QdrantGrpcCall(ServerCallContext context)
{
    private readonly long _began = Stopwatch.GetTimestamp();

    public Caller Caller { get; } = context.GetHttpContext().Caller();

    public CancellationToken Aborted => context.CancellationToken;

    /// <summary>Seconds since it came.</summary>
    public double Time => Stopwatch.GetElapsedTime(_began).TotalSeconds;

    /// <summary>Runs a handler; what it refuses with becomes a status.</summary>
    public static async Task<T> AnswerAsync<T>(ServerCallContext context, ILogger log, Func<QdrantGrpcCall, Task<T>> handler)
    {
        try
        {
            return await handler(new(context));
        }
        catch (Exception error) when (error is not (RpcException or OperationCanceledException))
        {
            if (QdrantRefusal.Of(error) is not { } refusal)
            {
                Failed(log, context.Method, error);
                throw new RpcException(new(StatusCode.Internal, "Service internal error: the server's log has the reason."));
            }

            throw new RpcException(new(Status(refusal.Status), refusal.Message));
        }
    }

    private static StatusCode Status(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => StatusCode.Unauthenticated,
        StatusCodes.Status403Forbidden => StatusCode.PermissionDenied,
        StatusCodes.Status404NotFound => StatusCode.NotFound,
        StatusCodes.Status409Conflict => StatusCode.AlreadyExists,
        StatusCodes.Status412PreconditionFailed => StatusCode.FailedPrecondition,
        StatusCodes.Status429TooManyRequests => StatusCode.ResourceExhausted,
        StatusCodes.Status501NotImplemented => StatusCode.Unimplemented,
        StatusCodes.Status503ServiceUnavailable => StatusCode.Unavailable,
        _ => StatusCode.InvalidArgument,
    };

    [LoggerMessage(LogLevel.Error, "The vector call {Method} failed.")]
    private static partial void Failed(ILogger logger, string method, Exception error);
}
