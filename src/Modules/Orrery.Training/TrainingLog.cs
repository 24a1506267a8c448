using Microsoft.Extensions.Logging;
using Orrery.Kernel;

namespace Orrery.Training;

/// <summary>What the module logs.</summary>
internal static partial class TrainingLog
{
    [LoggerMessage(1, LogLevel.Warning, "The champion {Champion} cannot be compared with its challenger: {Reason}")]
    public static partial void ChampionNotComparable(ILogger logger, AssetRef champion, string reason);

    [LoggerMessage(2, LogLevel.Error, "The training of run {Run} failed")]
    public static partial void TrainingFailed(ILogger logger, RunId run, Exception error);
}
