using System.Globalization;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Serving.Predictions;

namespace Orrery.Protocols.OpenInference.Grpc;

/// <summary>The gRPC form of the Open Inference Protocol, version 2. Models are endpoints.</summary>
internal sealed partial class InferenceGrpc(IPredictions predictions, ILogger<InferenceGrpc> logger) : GRPCInferenceService.GRPCInferenceServiceBase
{
    public override Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) => Task.FromResult(new ServerLiveResponse { Live = true });

    public override Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) => Task.FromResult(new ServerReadyResponse { Ready = true });

    public override Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerMetadataResponse { Name = InferenceServer.Name, Version = InferenceServer.Version, Extensions = { InferenceServer.Extensions } });

    public override Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context) =>
        AnswerAsync(context, caller => Task.FromResult(new ModelReadyResponse
        {
            Ready = InferenceServer.Model(predictions, caller, request.Name, RequestParameters.Version(request.Version)).Ready,
        }));

    public override Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context) => AnswerAsync(context, caller =>
    {
        var signature = InferenceServer.Model(predictions, caller, request.Name, RequestParameters.Version(request.Version));
        return Task.FromResult(new ModelMetadataResponse
        {
            Name = signature.Name,
            Versions = { signature.Versions.Select(version => version.ToString(CultureInfo.InvariantCulture)) },
            Platform = InferenceServer.Platform,
            Inputs = { InferenceServer.Inputs(signature).Select(Tensor) },
            Outputs = { InferenceServer.Outputs(signature).Select(Tensor) },
        });
    });

    public override Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context) => AnswerAsync(context, async caller =>
    {
        await using var prediction = predictions.Begin(caller, request.ModelName, RequestParameters.Version(request.ModelVersion));
        InferMessages.Read(request, prediction);
        await prediction.ScoreAsync();
        var response = InferMessages.Write(request, prediction);
        prediction.Answered();
        return response;
    });

    private static ModelMetadataResponse.Types.TensorMetadata Tensor((string Name, string DataType, IReadOnlyList<long> Shape) tensor) =>
        new() { Name = tensor.Name, Datatype = tensor.DataType, Shape = { tensor.Shape } };

    private async Task<T> AnswerAsync<T>(ServerCallContext context, Func<Caller, Task<T>> handler)
    {
        try
        {
            return await handler(context.GetHttpContext().Caller());
        }
        catch (OrreryException refusal)
        {
            throw new RpcException(new Status(Code(refusal.Code), refusal.Message));
        }
        catch (Exception error) when (error is not (RpcException or OperationCanceledException))
        {
            Failed(logger, context.Method, error);
            throw new RpcException(new Status(StatusCode.Internal, "Orrery failed to answer. The server's log has the reason."));
        }
    }

    private static StatusCode Code(ErrorCode code) => code switch
    {
        ErrorCode.Invalid => StatusCode.InvalidArgument,
        ErrorCode.Unauthenticated => StatusCode.Unauthenticated,
        ErrorCode.Forbidden => StatusCode.PermissionDenied,
        ErrorCode.NotFound => StatusCode.NotFound,
        ErrorCode.Conflict => StatusCode.Aborted,
        ErrorCode.PreconditionFailed => StatusCode.FailedPrecondition,
        ErrorCode.QuotaExceeded => StatusCode.ResourceExhausted,
        ErrorCode.Unavailable => StatusCode.Unavailable,
        _ => StatusCode.Internal,
    };

    [LoggerMessage(LogLevel.Error, "The call {Method} failed.")]
    private static partial void Failed(ILogger logger, string method, Exception error);
}
