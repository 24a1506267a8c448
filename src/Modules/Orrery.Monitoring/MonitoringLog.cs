using Microsoft.Extensions.Logging;

namespace Orrery.Monitoring;

/// <summary>What monitoring logs.</summary>
internal static partial class MonitoringLog
{
    [LoggerMessage(7001, LogLevel.Error, "Endpoint {Endpoint} could not be monitored; it is tried again in {Pause}.")]
    public static partial void NotCaughtUp(ILogger logger, string endpoint, TimeSpan pause, Exception error);

    [LoggerMessage(7002, LogLevel.Warning, "Alert {Alert}: {Message}")]
    public static partial void Raised(ILogger logger, string alert, string message);

    [LoggerMessage(7003, LogLevel.Error, "The endpoints' streams could not be looked through; monitoring tries again.")]
    public static partial void NotLooked(ILogger logger, Exception error);
}
