using Microsoft.Extensions.Logging;

namespace Orrery.Serving;

/// <summary>What serving logs.</summary>
internal static partial class ServingLog
{
    [LoggerMessage(6001, LogLevel.Error, "{Count} predictions of endpoint {Endpoint} were answered but could not be written.")]
    public static partial void PredictionsLost(ILogger logger, int count, string endpoint, Exception error);

    [LoggerMessage(6002, LogLevel.Error, "Endpoint {Endpoint} cannot answer: {Reason}")]
    public static partial void NotReady(ILogger logger, string endpoint, string reason, Exception error);

    [LoggerMessage(6003, LogLevel.Information, "Endpoint {Endpoint} serves {Version}.")]
    public static partial void Serves(ILogger logger, string endpoint, string version);

    [LoggerMessage(6004, LogLevel.Information, "Canary {Canary} of endpoint {Endpoint} ended: {State}. {Reason}")]
    public static partial void CanaryEnded(ILogger logger, string canary, string endpoint, Canaries.CanaryState state, string reason);

    [LoggerMessage(6005, LogLevel.Error, "The outcomes of endpoint {Endpoint} could not be read; its canary goes on after a pause.")]
    public static partial void OutcomesFailed(ILogger logger, string endpoint, Exception error);

    [LoggerMessage(6006, LogLevel.Error, "The broken guard of endpoint {Endpoint}'s canary could not be acted on; its slice gets no requests meanwhile.")]
    public static partial void BreachFailed(ILogger logger, string endpoint, Exception error);
}
