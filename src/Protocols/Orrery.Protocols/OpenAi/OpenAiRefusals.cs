using Microsoft.AspNetCore.Http;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Protocols.OpenAi;

/// <summary>Writes the gate's refusals in OpenAI's shape: its clients tell a wrong key by it.</summary>
internal sealed class OpenAiRefusals : IRefusalWriter
{
    public static OpenAiRefusals Writer { get; } = new();

    public Task WriteAsync(HttpContext context, OrreryException refusal)
    {
        if (refusal.Code == ErrorCode.Unauthenticated)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        return OpenAiErrors.WriteAsync(context, refusal);
    }
}
