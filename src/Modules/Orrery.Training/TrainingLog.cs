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

    [LoggerMessage(3, LogLevel.Warning, "Trial {Trial}, run {Run}, failed; its study goes on")]
    public static partial void TrialFailed(ILogger logger, int trial, RunId run, Exception error);

    [LoggerMessage(4, LogLevel.Error, "The study of run {Run} failed")]
    public static partial void StudyFailed(ILogger logger, RunId run, Exception error);

    [LoggerMessage(5, LogLevel.Error, "The worker of studies failed; it goes on")]
    public static partial void StudyWorkerFailed(ILogger logger, Exception error);

    [LoggerMessage(6, LogLevel.Information, "The study of run {Run} is left to another worker, or to the next start")]
    public static partial void StudyLeft(ILogger logger, RunId run);
}
