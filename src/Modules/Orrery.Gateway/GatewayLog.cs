using Microsoft.Extensions.Logging;
using Orrery.Gateway.Providers;

namespace Orrery.Gateway;

/// <summary>What the gateway logs: never a prompt, an answer or a key.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(9001, LogLevel.Warning, "{Target} failed at attempt {Attempt} ({Kind}).")]
    public static partial void AttemptFailed(ILogger log, string target, int attempt, FaultKind kind, Exception? exception);
}
