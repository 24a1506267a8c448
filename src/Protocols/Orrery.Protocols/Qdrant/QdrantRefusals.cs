using Microsoft.AspNetCore.Http;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Protocols.Qdrant;

/// <summary>Writes the gate's refusals in Qdrant's envelope.</summary>
internal sealed class QdrantRefusals : IRefusalWriter
{
    public static QdrantRefusals Writer { get; } = new();

    public Task WriteAsync(HttpContext context, OrreryException refusal)
    {
        if (refusal.Code == ErrorCode.Unauthenticated)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        return QdrantCall.TryAsync(context, _ => throw refusal);
    }
}
