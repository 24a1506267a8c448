using Microsoft.Extensions.Logging;

namespace Orrery.Search;

/// <summary>What search logs.</summary>
internal static partial class SearchLog
{
    [LoggerMessage(8002, LogLevel.Warning, "The saved view of a collection is damaged or unreadable; it is made again from the rows.")]
    public static partial void CheckpointDamaged(ILogger logger, Exception error);

    [LoggerMessage(8001, LogLevel.Error, "Something that collections need done in the background failed; it is done again when it is needed again.")]
    public static partial void NotKept(ILogger logger, Exception error);
}
