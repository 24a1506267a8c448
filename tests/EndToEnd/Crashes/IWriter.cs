using Orrery.Tests;

namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>
/// Writes through the public API until the server dies, and remembers what was acknowledged. Its writes come one after the other, so of each
/// crash at most the last may or may not have happened.
/// </summary>
internal interface IWriter
{
    /// <summary>Declares what it writes to, before the first crash.</summary>
    Task PrepareAsync(Server server);

    /// <summary>One write, or a few that belong together.</summary>
    Task WriteAsync(Server server);

    /// <summary>After a crash: what was acknowledged since the last check is there and whole.</summary>
    Task CheckAsync(Server server);

    /// <summary>After the last crash: all that was ever acknowledged is there and whole.</summary>
    Task CheckAllAsync(Server server);

    /// <summary>After the last server: what no API reads back is in the folder that it left.</summary>
    Task CheckFolderAsync(TestPlatform platform) => Task.CompletedTask;
}
