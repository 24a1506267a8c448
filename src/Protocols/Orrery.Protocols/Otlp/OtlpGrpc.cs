using Grpc.Core;
using Orrery.Kernel;
using Orrery.Ledger.Traces;
using Orrery.Platform.Access;
using Orrery.Protocols.Otlp.Messages;

namespace Orrery.Protocols.Otlp;

/// <summary>The gRPC form of the same, which is what most SDKs export by unless told otherwise.</summary>
internal sealed class OtlpGrpc(ITraces traces) : TraceService.TraceServiceBase
{
    public override async Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context)
    {
        try
        {
            var folder = OtlpFolder.Read(context.RequestHeaders.GetValue(OtlpFolder.Header));
            var receipt = await traces.LogAsync(context.GetHttpContext().Caller(), folder, OtlpProtobuf.Read(request), context.CancellationToken);
            return OtlpEndpoints.Accepted(receipt);
        }
        catch (OrreryException refusal)
        {
            throw new RpcException(new Grpc.Core.Status(Code(refusal.Code), refusal.Message));
        }
    }

    private static StatusCode Code(ErrorCode code) => code switch
    {
        ErrorCode.NotFound => StatusCode.NotFound,
        ErrorCode.QuotaExceeded => StatusCode.ResourceExhausted,
        ErrorCode.Unavailable or ErrorCode.Conflict => StatusCode.Unavailable, // exporters try again
        ErrorCode.Unauthenticated => StatusCode.Unauthenticated,
        ErrorCode.Forbidden => StatusCode.PermissionDenied,
        ErrorCode.Internal => StatusCode.Internal,
        _ => StatusCode.InvalidArgument,
    };
}
