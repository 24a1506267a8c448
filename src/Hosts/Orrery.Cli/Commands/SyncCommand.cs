using System.CommandLine;
using Orrery.Import.Offline;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery sync FOLDER</c>: runs that a program of yours tracked without a server.</summary>
internal static class SyncCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "Where the program wrote its runs, or one of them" };
        return ImportRun.Reading(
            new("sync", "Send runs that were tracked offline (Tracking.TrackOffline). Each is sent once, however often this is called.\n\nExample: orrery sync ./runs") { folder },
            (parsed, _) => new OfflineRunFolder(parsed.GetRequiredValue(folder)));
    }
}
