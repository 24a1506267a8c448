using Grpc.Core;
using Orrery.Protocols.Qdrant.Messages;

namespace Orrery.Protocols.Qdrant.Grpc;

/// <summary>Says that somebody is there, and who.</summary>
internal sealed class HealthGrpc : Messages.Qdrant.QdrantBase
{
    public override Task<HealthCheckReply> HealthCheck(HealthCheckRequest request, ServerCallContext context) =>
        Task.FromResult(new HealthCheckReply { Title = "orrery", Version = typeof(HealthGrpc).Assembly.GetName().Version?.ToString(3) ?? "0.0.0" });
}
